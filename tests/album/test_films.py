"""A film is looked at frame by frame, each made when somebody asks for it."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import urlsplit

import boto3
import pytest
from PIL import Image, ImageStat

from chalicelib.access.model import Role
from chalicelib.audit.store import of_facility
from chalicelib.pictures import single
from chalicelib.settings import settings
from tests.album.scene import open_film, with_tool
from tests.pictures.scene import a_dicom, a_file, encapsulated
from tests.portal.test_home import said
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World
from tests.web.test_languages import mislabelled

SHADES = (10, 120, 240)
SIDE = 64


def native() -> bytes:
    """Return a film of three even frames, each of its shade."""
    frames = b"".join(bytes([shade]) * SIDE * SIDE for shade in SHADES)
    return a_dicom(frames, frames=b"3 ", rows=SIDE, columns=SIDE)


def compressed() -> bytes:
    frames = [a_file(Image.new("L", (SIDE, SIDE), shade), "JPEG") for shade in SHADES]
    return encapsulated(*frames, frames=b"3 ", rows=SIDE, columns=SIDE)


def opened(world: World, film: bytes) -> str:
    with_tool(world)
    return open_film(world, film)


def doctor(world: World, language: str = "en") -> Visitor:
    found = signed_in(Role.DOCTOR, world.facility_id)
    found.language = language
    return found


def shown(page: Answer) -> Image.Image:
    """Return the frame that a page shows, fetched from the bucket."""
    stage = page.text[page.text.index("data-zoom") :]
    path = urlsplit(stage.partition('<img src="')[2].partition('"')[0]).path
    key = path[path.index("/f/") + 1 :]
    found = boto3.client("s3").get_object(Bucket=settings().derived_bucket, Key=key)
    assert found["ContentType"] == "image/jpeg"
    return Image.open(io.BytesIO(found["Body"].read()))


@pytest.mark.parametrize("film", [native, compressed])
def test_each_frame_is_shown_at_its_own_size(world: World, film: Callable[[], bytes]) -> None:
    path = opened(world, film())
    for number, shade in enumerate(SHADES, start=1):
        page = doctor(world).get(f"{path}/frames/{number}")
        assert f"Frame {number} of 3" in said(page.text)
        frame = shown(page).convert("L")
        assert frame.size == (SIDE, SIDE)
        assert abs(ImageStat.Stat(frame).mean[0] - shade) <= 3


def test_a_frame_leads_to_the_next_and_the_one_before(world: World) -> None:
    path = opened(world, native())
    first, middle, last = (doctor(world).get(f"{path}/frames/{each}").text for each in (1, 2, 3))
    assert f'rel="prev" href="{path}/frames/1"' in middle
    assert f'rel="next" href="{path}/frames/3"' in middle
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last


def test_the_picture_of_a_film_leads_to_its_frames(world: World) -> None:
    path = opened(world, native())
    for page in (path, path.rpartition("/pictures")[0]):
        assert f'href="{path}/frames/1"' in doctor(world).get(page).text


@pytest.mark.parametrize("number", ["0", "4", "x", "-1", "1000000"])
def test_a_frame_beyond_the_last_is_not_found(world: World, number: str) -> None:
    path = opened(world, native())
    assert doctor(world).get(f"{path}/frames/{number}").status == 404


def test_a_frame_of_a_picture_that_is_not_there_is_not_found(world: World) -> None:
    path = opened(world, native())
    assert doctor(world).get(f"{path.removesuffix('1')}2/frames/1").status == 404


def test_a_frame_of_a_case_that_is_closed_is_not_shown(world: World) -> None:
    path = opened(world, native())
    visitor = doctor(world)
    visitor.get("/portal")
    visitor.submit(f"{path.rpartition('/pictures')[0]}/close")
    answer = visitor.get(f"{path}/frames/1")
    assert answer.status == 409
    assert "The case is closed" in said(answer.text)


def test_a_frame_is_on_record_once(world: World) -> None:
    path = opened(world, native())
    before = len(list(of_facility(world.facility_id)))
    doctor(world).get(f"{path}/frames/2")
    events = [event for _, event, _ in of_facility(world.facility_id)][before:]
    assert [event.action for event in events] == ["read-examination"]


def test_a_frame_too_large_for_who_waits_is_said_to_be(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "MOST_PIXELS", SIDE * SIDE - 1)
    page = doctor(world).get(f"{opened(world, native())}/frames/1")
    assert page.status == 200
    assert "is too large to be shown here" in said(page.text)


def test_a_frame_that_is_cut_off_says_that_it_cannot_be_shown(world: World) -> None:
    cut = native()[: -SIDE * SIDE]
    path = opened(world, cut)
    assert "cannot be shown" in said(doctor(world).get(f"{path}/frames/3").text)
    assert "cannot be shown" not in said(doctor(world).get(f"{path}/frames/2").text)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_of_a_frame_is_in_the_language_it_says(world: World, language: str) -> None:
    path = opened(world, native())
    page = doctor(world, language).get(f"{path}/frames/2")
    assert mislabelled(page.text) == []
