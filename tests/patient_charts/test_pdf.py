"""A patient chart in print: whose it is on every page, every finding to be read, nothing cut."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image as Pixels
from pypdf import PdfReader

from chalicelib.charts.model import Certainty, Chart, Finding, Image, Kind, Mark, Site, label
from chalicelib.patient_charts.model import Box, Said
from chalicelib.patient_charts.page.pdf import pdf
from chalicelib.patient_charts.page.sheet import Identity, Picture, Sheet
from chalicelib.patient_charts.provider import logos
from chalicelib.plain import glossary
from tests.patient_charts.releases import SAMPLES, a_sheet_of, sheet_of
from tests.support.patient_charts import a_release, a_sheet


def a_picture(number: int, sha256: str) -> Picture:
    file = io.BytesIO()
    Pixels.linear_gradient("L").resize((320 + number, 240)).convert("RGB").save(file, "WEBP")
    address = f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
    return Picture(number=number, sha256=sha256, address=address, width=320, height=240)


def sample(name: str) -> Sheet:
    """Return the sheet of a sample with pictures that are pictures."""
    sheet = a_sheet_of(name)
    pictures = tuple(a_picture(each.number, each.sha256) for each in sheet.pictures)
    return msgspec.structs.replace(sheet, pictures=pictures)


def of_findings(*findings: Finding, **changes: Any) -> Sheet:
    chart = Chart(kind=Kind.UPPER_GI, findings=findings, **changes)
    return sheet_of(chart, "en")


def printed(sheet: Sheet, *, large: bool = False) -> PdfReader:
    return PdfReader(io.BytesIO(pdf(sheet, large=large)))


def without_spaces(text: str) -> str:
    """Return *text* as it is wherever lines and long words were broken."""
    return "".join(text.split()).replace("\u200b", "")


def texts(document: PdfReader) -> list[str]:
    return [without_spaces(page.extract_text()) for page in document.pages]


def text_of(document: PdfReader) -> str:
    return "".join(texts(document))


def structure(document: PdfReader) -> str:
    """Return the tags of a document, and what they say to who cannot see."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            found.extend(str(node[name]) for name in ("/S", "/Alt") if name in node)
            walk(node.get("/K", []))

    walk(document.trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return "\n".join(found)


KNOWN = {"ID", "SHA", "mm", "cm", "mg"}  # which a page in Japanese may say
A_FINDING = Finding(
    certainty=Certainty.PRESENT, text="polyp", site=Site(organ="stomach", place="antrum")
)


# --- what it says ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_a_usual_chart_takes_one_leaf(name: str) -> None:
    assert len(printed(sample(name)).pages) <= 2


@pytest.mark.parametrize("name", SAMPLES)
def test_every_finding_and_every_sentence_can_be_read_in_it(name: str) -> None:
    sheet = sample(name)
    text = text_of(printed(sheet))
    wanted = [label(each) for each in sheet.chart.findings]
    wanted += [each.text for each in sheet.release.said]
    wanted += [each.own for each in sheet.release.said if not each.heading]
    wanted += [each.explanation for each in sheet.release.terms if each.known]
    assert [each for each in wanted if without_spaces(each) not in text] == []


def test_an_empty_box_says_where_to_read_on_and_denies_nothing() -> None:
    text = text_of(printed(sample("narrative-en")))
    assert "recorddoesnotnameanything" not in text
    assert "Pleasereadonthere." in text


@pytest.mark.parametrize("large", [False, True])
def test_whose_it_is_stands_on_every_page(*, large: bool) -> None:
    provider = Identity(name="ひかり画像株式会社", places=())
    sheet = msgspec.structs.replace(sample("stomach-ja"), provider=provider)
    pages = texts(printed(sheet, large=large))
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert "ひかり画像株式会社" in page
        assert "患者ID00001234" in page
        assert sheet.release.document in page
        assert "第1版" in page
        assert sheet.release.source_sha256 in page
        assert f"{number}/{len(pages)}" in page


def test_what_is_asked_for_on_the_telephone_can_be_copied_and_found() -> None:
    sheet = sample("colon-en")
    for page in printed(sheet).pages:
        assert sheet.release.document in page.extract_text()
        assert sheet.release.source_sha256 in page.extract_text()


@pytest.mark.parametrize("name", SAMPLES)
def test_our_own_words_are_in_the_language_of_the_reader(name: str) -> None:
    sheet = sample(name)
    text = " ".join(page.extract_text() for page in printed(sheet).pages)
    if sheet.release.language == "ja":
        own = text.replace(sheet.release.document, "").replace(sheet.release.source_sha256, "")
        assert set(re.findall("[A-Za-z]{2,}", own)) <= KNOWN
    else:
        assert re.findall("[\u3040-\u30ff\u4e00-\u9fff]", text) == []


def test_large_print_is_larger() -> None:
    sheet = sample("colon-en")
    assert len(printed(sheet, large=True).pages) > len(printed(sheet).pages)


def test_what_is_not_certain_says_so_at_the_drawing() -> None:
    unsure = msgspec.structs.replace(A_FINDING, certainty=Certainty.POSSIBLE)
    assert "stomachantrum:polyp(possible)" in text_of(printed(of_findings(unsure)))


def test_what_has_no_place_on_the_drawing_is_told_beside_it() -> None:
    elsewhere = msgspec.structs.replace(A_FINDING, site=Site(place="near the antrum"))
    text = text_of(printed(of_findings(A_FINDING, elsewhere)))
    assert "wellenough:2nearthe" in text


def test_a_table_goes_on_with_its_heading_and_cuts_no_row() -> None:
    names = [f"polyp number {number} of the stomach, small and flat" for number in range(70)]
    sheet = of_findings(*(msgspec.structs.replace(A_FINDING, text=each) for each in names))
    release = msgspec.structs.replace(sheet.release, said=(), terms=())
    pages = texts(printed(msgspec.structs.replace(sheet, release=release)))
    table = [page for page in pages if "Asrecorded" in page]
    rows = [each for page in table for each in page.split("Asrecorded")[1].split("stomachantrum")]
    assert len(table) > 1
    for each in names:
        assert sum(without_spaces(each) in row for row in rows) == 1


# --- provider -------------------------------------------------------------------------------------


def with_logo(**changes: Any) -> Sheet:
    file = io.BytesIO()
    Pixels.new("RGB", (90, 30), "#0d5c63").save(file, "PNG")
    usual = {"name": "Hikari", "contact": "03-0000-0000", "logo": logos.data_url(file.getvalue())}
    return a_sheet(provider=Identity(**(usual | changes)), pictures=())


def sizes(document: PdfReader) -> list[tuple[int, int]]:
    return [each.image.size for page in document.pages for each in page.images if each.image]


def test_logo_and_contact_stand_where_the_provider_lets_them() -> None:
    shown, hidden = printed(with_logo()), printed(with_logo(places=()))
    assert sizes(shown) == [(90, 30)] * len(shown.pages)
    assert "03-0000-0000" in text_of(shown)
    assert sizes(hidden) == []
    assert "03-0000-0000" not in text_of(hidden)


# --- pictures -------------------------------------------------------------------------------------


def with_pictures(count: int, held: int) -> Sheet:
    digests = [f"{number:064x}" for number in range(count)]
    images = tuple(Image(sha256=each, marks=(Mark(number=1, x=500, y=500),)) for each in digests)
    finding = msgspec.structs.replace(A_FINDING, mark=1)
    pictures = tuple(a_picture(number + 1, digests[number]) for number in range(held))
    return msgspec.structs.replace(of_findings(finding, images=images), pictures=pictures)


def test_pictures_are_in_it_up_to_four() -> None:
    document = printed(with_pictures(6, 6))
    assert sizes(document) == [(321, 240), (322, 240), (323, 240), (324, 240)]
    assert text_of(document).count("Itisnotprintedhere.") == 2


def test_a_picture_that_is_missing_leaves_its_place_empty() -> None:
    document = printed(with_pictures(2, 1))
    assert sizes(document) == [(321, 240)]
    assert "notkeptwiththeexaminationanymore" in text_of(document)


# --- for whom it is -------------------------------------------------------------------------------


def test_it_is_tagged_for_screen_readers_and_kept_for_archives() -> None:
    document = printed(sample("stomach-ja"))
    root: Any = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "ja"
    metadata = root["/Metadata"].get_object().get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    tags = structure(document)
    for tag in ("/H1", "/H2", "/Table", "/TH", "/L", "/Figure"):
        assert tag in tags


def test_the_drawing_is_told_to_who_cannot_see_it() -> None:
    assert "1: stomach antrum: polyp" in structure(printed(of_findings(A_FINDING)))


def test_the_same_sheet_is_the_same_bytes() -> None:
    assert pdf(sample("colon-en")) == pdf(sample("colon-en"))


# --- what names and words can do to it ------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<5 mm polyp",
        '"quoted" \\ #pagebreak() $x$ @ref',
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
    ],
)
def test_words_of_the_record_are_printed_as_they_are(text: str) -> None:
    said = (Said(text=text, own=text, source="findings/0", box=Box.FOUND, fallback=True),)
    finding = msgspec.structs.replace(A_FINDING, text=text)
    sheet = a_sheet(
        chart=Chart(kind=Kind.UPPER_GI, findings=(finding,)),
        release=a_release(said=said, terms=()),
        pictures=(),
    )
    assert text_of(printed(sheet)).count(without_spaces(text)) == 3  # box, drawing, table


def test_a_character_no_font_has_is_a_geta_mark_that_is_explained() -> None:
    finding = msgspec.structs.replace(A_FINDING, text="polyp \N{GRINNING FACE} of 5 mm")
    text = text_of(printed(of_findings(finding)))
    assert "polyp〓of5mm" in text
    assert "U+1F600" in text


@settings(max_examples=25)
@given(text=st.text(min_size=1, max_size=60), name=st.text(max_size=30))
@example(text="1\N{COMBINING ENCLOSING KEYCAP}", name="\N{RIGHT-TO-LEFT OVERRIDE}x")
@example(text='#image("/etc/passwd")', name="\\")
def test_whatever_was_typed_can_be_printed(text: str, name: str) -> None:
    said = (Said(text=text, own=text, source="findings/0", box=Box.FOUND),)
    sheet = a_sheet(release=a_release(said=said), patient_name=name, pictures=())
    assert "Hikari" in text_of(printed(sheet))


def glossary_characters() -> str:
    """Return every character that the glossary and its scales have."""
    lines = (Path(glossary.__file__).parent / name for name in ("terms", "scales"))
    written = "".join(each.read_text() for folder in lines for each in folder.glob("*.jsonl"))
    return "".join(
        sorted({each for line in written.splitlines() for each in str(json.loads(line))})
    )


def test_every_character_of_the_glossary_can_be_printed() -> None:
    characters = glossary_characters()
    assert set("潰瘍膵糜爛瘻襞靱Ⅳ≦") & set(characters)
    said = (Said(text=characters, own=characters, source="findings/0", box=Box.FOUND),)
    text = text_of(printed(a_sheet(release=a_release(language="ja", said=said), pictures=())))
    assert "〓" not in text
    assert "瘍" in text
