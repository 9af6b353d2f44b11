"""Pictures of another facility: with the chart of it, once both sides have it on record."""

from __future__ import annotations

import re

import pytest

from chalicelib.audit.store import of_facility
from tests.charts.scene import DIGEST
from tests.faults.crashes import calls_of
from tests.network.scene import Held, charted, found
from tests.network.test_pages import NETWORK, said, staff
from tests.pictures.making import deliver_all, messages
from tests.support.visitor import Answer
from tests.support.world import World


@pytest.fixture
def path(world: World, held: Held) -> str:
    """The page of an examination of theirs that has a chart with a picture."""
    examination = charted(held)
    held.agrees()
    return f"{NETWORK}/found/{found(world, held).pass_id}/{examination}"


def pictures(page: Answer) -> list[str]:
    return re.findall(r'<img src="([^"]+)"', page.text)


def test_their_chart_is_read_with_its_pictures(world: World, path: str) -> None:
    visitor = staff(world)
    assert "This picture is not made yet." in said(visitor.get(path))
    deliver_all(world)
    page = visitor.get(path)
    (thumb,) = pictures(page)
    assert f"/{DIGEST}/thumb.webp?" in thumb
    assert "img-src 'self' https://" in page.headers["Content-Security-Policy"]
    assert "/portal/album/" not in page.text.partition("<main")[2]  # it is no case of ours


def test_both_sides_have_it_on_record_before_a_picture_is_looked_up(
    world: World, held: Held, path: str
) -> None:
    staff(world).get(path)
    deliver_all(world)
    calls = calls_of(lambda: staff(world).get(path))
    last = {name: place for place, name in enumerate(calls)}
    assert last["TransactWriteItems"] < last["BatchGetItem"]  # the look; the picture's row
    for facility_id, action in (
        (world.facility_id, "read-elsewhere"),
        (held.world.facility_id, "read-from-outside"),
    ):
        assert [each.action for _, each, _ in of_facility(facility_id)][-1] == action


def test_without_consent_no_picture_is_looked_up(world: World, held: Held, path: str) -> None:
    (consent,) = held.link.consents
    held.withdraws(consent.consent_id)
    messages()
    page = staff(world).get(path)
    assert (page.status, pictures(page), messages()) == (404, [], [])
