"""Discs from their files to their images."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pytest

from chalicelib.media import building, planning, verify
from chalicelib.media.building import DoesNotFit
from chalicelib.media.model import Damaged, Entry, Examination, made
from chalicelib.media.planning import Disc, Medium
from chalicelib.media.tree import Issue, Placed
from tests.media import scene
from tests.media.scene import Store, digests, issue, unfolded

PHRASE = "ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2-34567"


def image(one: Issue, disc: Disc, store: Store, start: int = 0) -> bytes:
    into = io.BytesIO()
    building.build(one, disc, store.open, into, start=start)
    return into.getvalue()


@pytest.fixture
def three_discs(monkeypatch: pytest.MonkeyPatch) -> tuple[Issue, Store]:
    """Files of two examinations, of which the second takes two discs."""
    room = planning.RESERVE + 32 * planning.SECTOR
    monkeypatch.setattr(planning, "CAPACITY", dict.fromkeys(Medium, room))
    store = Store()
    files = [store.file(f"箱/{each}.jpg", bytes([each]) * 15_000) for each in range(3)]
    wanted = [Examination("exam-1", "First", (store.file("a", b"a" * 15_000),))]
    plan = planning.plan([*wanted, Examination("exam-2", "Second", tuple(files))], Medium.CD)
    return Issue("青空医院", plan, scene.AT), store


def test_every_original_is_on_one_of_the_discs(
    three_discs: tuple[Issue, Store], tmp_path: Path
) -> None:
    one, store = three_discs
    found: list[str] = []
    for disc in one.plan.discs:
        folder = unfolded(building.contents(one, disc, store.open), tmp_path / str(disc.number))
        assert verify.verify(folder, verify.WORDS["en"]) == verify.OK
        found.extend(sha for place, sha in digests(folder).items() if place.startswith("IMAGES/"))
    wanted = [file.sha256 for disc in one.plan.discs for each in disc.shares for file in each.files]
    assert len(one.plan.discs) > 1
    assert sorted(found) == sorted(wanted)


def test_parts_of_an_examination_share_a_folder_and_no_name(
    three_discs: tuple[Issue, Store],
) -> None:
    one, store = three_discs
    places = [
        each.place
        for disc in one.plan.discs
        for each in building.contents(one, disc, store.open)
        if each.place.startswith("IMAGES/E0000002/")
    ]
    assert len(places) == len(set(places)) == 3


def test_an_album_is_told_where_the_files_are() -> None:
    store = Store()
    one = issue(store)
    told: list[str] = []

    def album(files: list[Placed]) -> Iterable[Entry]:
        told.extend(each.place for each in files)
        yield made("index.html", b"<p>")

    entries = building.contents(one, one.plan.discs[0], store.open, album)
    assert "DICOM/E0000001/I0000001" in told
    assert "index.html" in {each.place for each in entries}


def test_an_album_that_is_too_large_is_refused_before_anything_is_written() -> None:
    store, into = Store(), io.BytesIO()
    one = issue(store)
    huge = Entry("index.html", 10**9, "0" * 64, io.BytesIO)
    with pytest.raises(DoesNotFit, match="disc 1 is"):
        building.build(one, one.plan.discs[0], store.open, into, lambda _: [huge])
    assert into.getvalue() == b""


@pytest.mark.parametrize("phrase", ["", PHRASE])
def test_a_build_goes_on_where_it_stopped(phrase: str) -> None:
    store = Store()
    one = issue(store, phrase)
    disc = one.plan.discs[0]
    whole = image(one, disc, store)
    for start in (1, len(whole) // 2, len(whole) - 5000):
        assert image(one, disc, store, start) == whole[start:]


@pytest.mark.parametrize("phrase", ["", PHRASE])
def test_a_damaged_original_ends_it_by_its_place(phrase: str) -> None:
    store = Store()
    one = issue(store, phrase)
    path = one.plan.discs[0].shares[1].files[0].path
    store.bodies[path] = b"\xff\xd8 a stiil \xff\xd9"
    with pytest.raises(Damaged, match=r"IMAGES/E0000002/"):
        image(one, one.plan.discs[0], store)
