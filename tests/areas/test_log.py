"""An area is what its log says: after any changes, any two at once, and after losing the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from chalice.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas import log, service, store
from chalicelib.areas.model import ROOT, OnTaken
from chalicelib.kernel.errors import HokanError
from chalicelib.settings import settings as service_settings
from tests.archive.test_rebuild import lose_everything, operate
from tests.areas.scene import admin, contents_erased, in_bin, names, overdue, rent, send, used
from tests.faults.archive_invariants import check_capacity
from tests.faults.area_invariants import check_area, log_of, rows_of
from tests.support.snapshot import Snapshot, once
from tests.support.world import World, build

NAMES, FOLDERS = ("a", "A", "b"), ("", "a/", "a/b/")
SOME_CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("folder"), st.integers(0, 5), st.sampled_from(NAMES)),
        st.tuples(st.just("rename"), st.integers(0, 5), st.sampled_from(NAMES)),
        st.tuples(st.just("move"), st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("bin"), st.integers(0, 5)),
        st.tuples(st.just("back"), st.integers(0, 5)),
        st.tuples(st.just("erase"), st.integers(0, 5)),
        st.tuples(
            st.just("send"), st.sampled_from(FOLDERS), st.sampled_from(NAMES), st.integers(0, 2)
        ),
    ),
    max_size=8,
)


class Hands:
    """Somebody who does things by number: the numbers of what there is, and the root."""

    def __init__(self, world: World) -> None:
        self.world, self.who = world, admin(world)

    def node(self, number: int) -> str:
        found = sorted(sk[5:] for sk in rows_of(self.world.target_id) if sk.startswith("NODE#"))
        return [ROOT, *found][number % (len(found) + 1)]

    def do(self, change: tuple[Any, ...]) -> None:
        kind, *told = change
        place = (self.who, self.world.target_id)
        acts: dict[str, Callable[..., object]] = {
            "folder": lambda at, name: service.make_folder(*place, self.node(at), name),
            "rename": lambda at, name: service.rename(*place, self.node(at), name),
            "move": lambda at, to: service.move(*place, self.node(at), self.node(to)),
            "bin": lambda at: service.bin_node(*place, self.node(at)),
            "back": lambda at: service.take_back(*place, self.node(at)),
            "erase": lambda at: service.erase_now(*place, self.node(at)),
            "send": lambda folder, name, body: send(
                self.world,
                {f"{folder}{name}": bytes([body])},
                on_taken=OnTaken.REPLACE,
            ),
        }
        try:
            acts[kind](*told)
        except HokanError:
            return  # that it is refused is an answer, too


@pytest.mark.parametrize("service_class", ["economy", "deluxe"])
def test_after_any_changes_an_area_is_whole_and_its_log_makes_the_same_rows(
    client: Client, service_class: str
) -> None:
    name = f"area: {service_class}"
    world = once(name, lambda: rent(build(client), service_class)).seen_by(client)
    ready = Snapshot()

    @settings(max_examples=25)
    @given(SOME_CHANGES)
    def holds(changes: list[tuple[Any, ...]]) -> None:
        ready.restore()
        for change in changes:
            Hands(world).do(change)
        check_area(world)
        check_capacity(world)

    holds()


def a_history(area: World) -> None:
    send(area, {"a/one.txt": b"one", "two.txt": b"two"})
    send(area, {"two.txt": b"2"}, on_taken=OnTaken.REPLACE)
    overdue(area, {"gone.txt": b"gone"})
    contents_erased(area)
    area.tick()


def catalogue(area: World) -> dict[str, Any]:
    table = boto3.resource("dynamodb").Table(service_settings().catalogue_table)
    rows = {row["sk"]: row for row in table.scan()["Items"] if area.target_id in row["pk"]}
    for row in rows.values():
        row.pop("wanted_until", None)  # of batches long over
    return rows


def test_lost_tables_are_made_again_from_the_log(area: World) -> None:
    a_history(area)
    before, bytes_used = catalogue(area), used(area)
    lose_everything()
    operate(area, "rebuild-catalogue", target_id=area.target_id)
    assert catalogue(area) == before
    assert (names(area), used(area)) == (["a/", "two.txt"], bytes_used)
    check_capacity(area)


def test_rows_that_are_lost_are_put_back(area: World) -> None:
    a_history(area)
    before = catalogue(area)
    table = boto3.resource("dynamodb").Table(service_settings().catalogue_table)
    for sk in [sk for sk in before if sk.startswith(store.PREFIXES)][::2]:
        table.delete_item(Key={"pk": f"TARGET#{area.target_id}", "sk": sk})
    operate(area, "rebuild-catalogue", target_id=area.target_id)
    assert catalogue(area) == before


def test_a_change_whose_writer_died_is_made_by_whoever_comes_next(
    area: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "apply", lambda _: None)
        service.make_folder(admin(area), area.target_id, ROOT, "first")
    assert names(area) == []
    service.make_folder(admin(area), area.target_id, ROOT, "second")
    assert names(area) == ["first/", "second/"]


def test_a_log_is_written_once(area: World) -> None:
    send(area, {"a.txt": b"1"})
    (entry, *_) = log_of(area.target_id)
    written = log.read(area.target_id, 1)
    assert (entry["revision"], log.write(written)) == (1, False)


def test_a_replaced_file_of_economy_counts_until_it_is_erased(area: World) -> None:
    send(area, {"a.txt": b"1" * 100})
    send(area, {"a.txt": b"2" * 10}, on_taken=OnTaken.REPLACE)
    assert (used(area), len(in_bin(area))) == (110, 1)
