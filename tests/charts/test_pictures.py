"""Pictures in pages about charts: with their marks, on record first, and linked to the album."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from chalicelib.audit.store import of_facility
from chalicelib.charts import editing_pages
from chalicelib.charts.model import Chart, Image, Kind, Mark
from tests.album.scene import open_as_case, with_tool
from tests.charts.conftest import made
from tests.charts.scene import DIGEST, PICTURE, amending, examined, signed
from tests.charts.test_pages import CHARTS, fields, page_of, said, somebody
from tests.pictures.making import deliver_all, digest, messages, still
from tests.support.canary import found_in
from tests.support.visitor import Answer
from tests.support.world import World


def sources(page: Answer) -> list[str]:
    return [unescape(each) for each in re.findall(r'<img src="([^"]*)"', page.text)]


def ways(page: Answer) -> list[str]:
    """Return where the page's pictures lead."""
    return re.findall(r'<a class="marked" href="([^"]*)"', page.text)


def reads(world: World) -> int:
    return [each.action for _, each, _ in of_facility(world.facility_id)].count("read-chart")


def another(world: World, files: dict[str, bytes], exam: str = "E-2", **said_of: Any) -> str:
    """Back another examination up; return its id."""
    from chalicelib.archive.model import examination_id

    world.back_up(files, id=exam, **said_of)
    return examination_id(world.target_id, exam)


# --- what is shown -----------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["", "/versions/1"])
def test_a_picture_leads_to_itself_in_large_and_back(
    world: World, examination: str, rest: str
) -> None:
    visitor, path = somebody(world), page_of(world, examination, rest)
    small = visitor.get(path)
    assert f"/{DIGEST}/thumb.webp?" in sources(small)[0]
    large = visitor.get(ways(small)[0].partition("#")[0])
    assert f"/{DIGEST}/view.webp?" in sources(large)[0]
    assert ways(large) == [f"{path}#picture-1"]


def test_a_mark_lies_where_the_doctor_put_it(world: World, examination: str) -> None:
    page = somebody(world).get(page_of(world, examination)).text
    assert '<circle cx="160.0" cy="480.0"' in page
    (number,) = re.findall(r"<text [^>]*>(\d+)</text>", page)
    assert number == "1"


def test_a_mark_without_a_place_is_told_but_lies_nowhere(world: World) -> None:
    found = examined(world)
    chart = Chart(kind=Kind.OTHER, images=(Image(sha256=DIGEST, marks=(Mark(number=7),)),))
    signed(world, found, chart)
    made(world, found)
    page = somebody(world).get(page_of(world, found))
    assert "mark 7" in said(page)
    assert "<circle" not in page.text


def test_who_does_not_see_it_hears_name_note_and_marks(world: World, examination: str) -> None:
    page = somebody(world).get(page_of(world, examination)).text
    assert 'alt="Picture antrum.jpg: Angulus (1)"' in page


@pytest.mark.parametrize("rest", ["", "/versions/1", "/edit", "/sign"])
def test_every_page_about_a_chart_shows_it(world: World, rest: str) -> None:
    found = examined(world)
    amending(world, found)
    made(world, found)
    page = somebody(world).get(page_of(world, found, rest))
    assert f"/{DIGEST}/thumb.webp?" in sources(page)[0]
    assert "img-src 'self' https://" in page.headers["Content-Security-Policy"]


def test_a_page_without_pictures_may_show_none_of_the_bucket(world: World) -> None:
    examined(world)
    policy = somebody(world).get(CHARTS).headers["Content-Security-Policy"]
    assert "img-src 'self';" in policy


def test_until_it_is_made_the_page_says_so_and_asks_for_it_alone(world: World) -> None:
    found = another(world, {"E-2/a.jpg": PICTURE, "E-2/b.jpg": still(9)})
    signed(world, found)
    page = somebody(world).get(page_of(world, found))
    assert "This picture is not made yet." in said(page)
    assert [each.wanted for each in messages()] == [{"": [DIGEST]}]


def test_a_file_without_a_picture_says_so(world: World) -> None:
    body = b"no picture at all"
    found = another(world, {"E-2/plan.jpg": body})
    signed(world, found, Chart(kind=Kind.OTHER, images=(Image(sha256=digest(body)),)))
    made(world, found)
    page = somebody(world).get(page_of(world, found))
    assert "This file holds no picture." in said(page)
    assert sources(page) == []


# --- the form ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("examination")
def test_a_doctor_sees_the_picture_they_mark_with_what_they_typed(world: World) -> None:
    other = another(world, {"E-2/a.jpg": PICTURE})
    visitor, path = somebody(world), page_of(world, other, "/edit")
    typed = fields(visitor.get(path)) | {
        "images-0-sha256": DIGEST,
        "images-0-number": "4",
        "images-0-x": "500",
        "images-0-y": "500",
        "step": "more-images",
    }
    page = visitor.upload(path, typed, {})
    assert '<circle cx="320.0" cy="240.0"' in page.text


def test_the_form_shows_what_there_is_to_choose_from_up_to_a_bound(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing_pages, "TO_CHOOSE_FROM", 2)
    found = another(world, {f"E-2/{number}.jpg": still(50 * number) for number in range(3)})
    somebody(world).get(page_of(world, found, "/edit"))
    deliver_all(world)
    page = somebody(world).get(page_of(world, found, "/edit"))
    assert "See 2 pictures of this examination" in said(page)
    assert len(sources(page)) == 2
    assert len(re.findall(r'<option value="[0-9a-f]{64}"', page.text)) == 3


@pytest.mark.usefixtures("examination")
def test_a_picture_of_another_examination_is_not_shown_whatever_is_typed(world: World) -> None:
    other = another(world, {"E-2/a.jpg": still(9)})
    visitor, path = somebody(world), page_of(world, other, "/edit")
    typed = fields(visitor.get(path)) | {"images-0-sha256": DIGEST, "step": "more-images"}
    page = visitor.upload(path, typed, {})
    assert page.status == 200
    assert f"{DIGEST}/" not in page.text


@pytest.mark.usefixtures("examination")
def test_a_form_that_comes_back_is_on_record_before_its_pictures_are_shown(world: World) -> None:
    other = another(world, {"E-2/a.jpg": PICTURE})
    visitor, path = somebody(world), page_of(world, other, "/edit")
    typed = fields(visitor.get(path)) | {"step": "more-images"}
    before = reads(world)
    visitor.upload(path, typed, {})
    assert reads(world) == before + 1


# --- to the album ------------------------------------------------------------------------------


def test_a_chart_opens_its_examination_in_the_album(world: World, examination: str) -> None:
    with_tool(world)
    visitor = somebody(world)
    case = f"/portal/album/{world.target_id}/{examination}"
    assert "Open as a case in the album" in said(visitor.get(page_of(world, examination)))
    opened = visitor.send(f"{case}/open")
    assert (opened.status, opened.title) == (200, "Case | Hokan")


def test_a_picture_leads_to_the_album_only_while_its_case_is_open(
    world: World, examination: str
) -> None:
    with_tool(world)
    path = page_of(world, examination)
    album = f'href="/portal/album/{world.target_id}/{examination}'
    assert album not in somebody(world).get(path).text
    open_as_case(world)
    page = somebody(world).get(path).text
    assert f'{album}"' in page
    assert f'{album}/pictures/1"' in page


def test_a_picture_has_the_number_that_the_album_gives_it(world: World) -> None:
    with_tool(world)
    files = {"E-1/a.txt": b"text", "E-1/b.jpg": still(1), "E-1/c.jpg": still(2)}
    found = another(world, files, "E-1")
    chart = Chart(kind=Kind.OTHER, images=(Image(sha256=digest(still(2))),))
    signed(world, found, chart)
    open_as_case(world)
    page = somebody(world).get(page_of(world, found)).text
    (path,) = re.findall(r'href="(/portal/album/[^"]*/pictures/\d+)"', page)
    assert "E-1/c.jpg" in said(somebody(world).get(path))


def test_no_address_of_a_picture_tells_a_patient(world: World, examination: str) -> None:
    page = somebody(world).get(page_of(world, examination))
    assert sources(page) != []
    assert found_in(" ".join(sources(page))) == []
