"""`python -m infra.media --order ID`: the queue's worker by hand, for what is too large for it."""

from __future__ import annotations

import hashlib

import pytest

from chalicelib import buckets
from chalicelib.discs import choosing, service, store
from chalicelib.discs.model import Order, Runs, State
from infra import media
from tests.discs.scene import built, deliver, image, now, ordered, originals
from tests.media.scene import endoscopy
from tests.support.world import World

FILES = {"E-1/1.dcm": endoscopy(), "検査/画像 1.jpg": b"one"}


@pytest.fixture
def too_large(world: World, monkeypatch: pytest.MonkeyPatch) -> Order:
    """An order that the function left to the command."""
    world.back_up(FILES)
    monkeypatch.setattr(choosing, "MOST_BYTES", 1)
    order = built(world)
    assert (order.state, order.runs_on) == (State.BUILDING, Runs.BATCH)
    return order


def test_the_command_builds_what_the_function_left(
    too_large: Order, capsys: pytest.CaptureFixture[str]
) -> None:
    assert media.main(too_large.command.split()[3:]) == 0
    order = now(too_large)
    body = image(order)
    assert originals(body) == FILES
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"{hashlib.sha256(body).hexdigest()}  {order.built[0].key}  ")
    assert told[1] == f"{order.order_id}: built"


def test_the_command_and_the_function_make_the_same_image(world: World) -> None:
    world.back_up(FILES)
    order = ordered(world)
    assert media.main(["--order", order.order_id]) == 0
    by_command = now(order).built
    again = store.change(now(order), state=State.BUILDING, built=(), built_at="", tries=2)
    assert again
    assert deliver(world, again)
    by_function = now(order).built
    assert by_function[0].key != by_command[0].key
    assert [each.sha256 for each in by_function] == [each.sha256 for each in by_command]


def test_the_command_tells_by_its_status_that_an_order_failed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.back_up(FILES)
    order = ordered(world)
    key = buckets.object_key(world.target_id, hashlib.sha256(b"one").hexdigest())
    buckets.hide(key)
    buckets.put_once(key, b"two")
    assert media.main(["--order", order.order_id]) == 1
    assert capsys.readouterr().out == f"{order.order_id}: failed object-damaged\n"


def test_the_command_knows_no_order_that_there_is_not(
    world: World,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert media.main(["--order", service.new_id()]) == 2
    assert capsys.readouterr().err
