"""A signed chart to take along holds its pictures, and nothing that has to be fetched."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image as Pixels
from pypdf import PdfReader

from chalicelib.buckets import derived
from chalicelib.charts import documents
from chalicelib.charts.model import Chart, Image, Kind, Mark
from chalicelib.pictures.model import Rendition
from tests.charts.conftest import made
from tests.charts.scene import CHART, DIGEST, examined, signed
from tests.charts.test_pages import page_of, said, somebody
from tests.charts.test_pictures import another
from tests.pictures.making import digest
from tests.pictures.stills import a_still
from tests.support.world import World


def taken_along(world: World, examination: str, kind: str = "html") -> str:
    return somebody(world).get(page_of(world, examination, f"/{kind}")).text


def embedded(page: str) -> list[Pixels.Image]:
    found = re.findall(r'<img src="data:image/webp;base64,([^"]+)"', page)
    return [Pixels.open(io.BytesIO(base64.b64decode(each))) for each in found]


def printed(world: World, examination: str) -> bytes:
    return somebody(world).get(page_of(world, examination, "/pdf")).raw


def pictures_in(pdf: bytes) -> list[tuple[int, int]]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    found = [each.image for page in pages for each in page.images]
    return [each.size for each in found if each]


def with_stills(world: World, count: int) -> str:
    """Have a signed chart of so many pictures as an endoscope makes them; return what it is of."""
    stills = [a_still(number) for number in range(count)]
    found = another(world, {f"E-9/IMG{n:04}.JPG": body for n, body in enumerate(stills)}, "E-9")
    images = tuple(
        Image(sha256=digest(body), note="Angulus", marks=(Mark(number=number, x=400, y=300),))
        for number, body in enumerate(stills, start=1)
    )
    signed(world, found, Chart(kind=Kind.UPPER_GI, findings=CHART.findings[1:], images=images))
    made(world, found)
    return found


def test_the_html_holds_its_picture_with_its_marks(world: World, examination: str) -> None:
    page = taken_along(world, examination)
    (picture,) = embedded(page)
    assert picture.size == (640, 480)  # as large as it is: one picture fits
    assert '<circle cx="160.0" cy="480.0"' in page
    assert "img-src data:" in page


def test_the_html_of_an_ordinary_chart_is_small(world: World) -> None:
    found = with_stills(world, 8)
    page = taken_along(world, found)
    assert [max(each.size) for each in embedded(page)] == [256] * 8
    assert len(page.encode()) < 200_000


def test_a_document_made_before_its_picture_says_so(world: World) -> None:
    found = examined(world)
    signed(world, found)
    assert "This picture is not made yet." in said(
        somebody(world).get(page_of(world, found, "/html"))
    )
    (page,) = PdfReader(io.BytesIO(printed(world, found))).pages
    assert "This picture is not made yet." in " ".join(page.extract_text().split())


def test_a_picture_that_was_lost_is_told_and_stops_nothing(world: World, examination: str) -> None:
    derived.erase(derived.key(world.target_id, DIGEST, each) for each in Rendition)
    page = somebody(world).get(page_of(world, examination, "/html"))
    assert "This picture has to be made again." in said(page)
    assert len(printed(world, examination)) > 0


def test_the_pdf_holds_its_picture(world: World, examination: str) -> None:
    assert pictures_in(printed(world, examination)) == [(640, 480)]


def test_the_pdf_of_the_same_pictures_is_the_same_bytes(world: World, examination: str) -> None:
    assert printed(world, examination) == printed(world, examination)


def test_more_than_fits_is_printed_small(
    world: World, examination: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "PRINTED_PICTURES", 100)
    assert pictures_in(printed(world, examination)) == [(256, 192)]
