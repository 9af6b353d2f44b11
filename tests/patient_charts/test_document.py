"""A patient chart as HTML: complete, safe, in one language, small, and always the same bytes."""

from __future__ import annotations

import gzip
import re
from html import unescape
from html.parser import HTMLParser

import msgspec
import pytest
from markupsafe import escape

from chalicelib.charts.model import Certainty, Chart, Finding, Kind, Quantity, Site
from chalicelib.patient_charts.model import Box, Said
from chalicelib.patient_charts.page import speech
from chalicelib.patient_charts.page.document import file_html, page_html, values
from chalicelib.patient_charts.page.sheet import Identity, Picture, Place, Sheet
from chalicelib.plain.model import Explained, Language
from chalicelib.web import pages
from chalicelib.web.pages import Reader
from tests.patient_charts.releases import SAMPLES, a_sheet_of, released, sheet_of
from tests.support.patient_charts import DOT, PICTURE, a_release, a_sheet

KILOBYTE = 1_000
HOSTILE = "<script>alert(1)</script> \"'><img src=x onerror=alert(2)> {{ 7 * 7 }} &amp;"
LANGUAGES: tuple[Language, ...] = ("en", "ja")


def written(sheet: Sheet) -> str:
    return file_html(sheet, sheet.release.language)


def told(page: str) -> str:
    """Return what *page* says, without its style, a space where a tag was."""
    body = page.partition("</head>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def without_pictures(sheet: Sheet) -> Sheet:
    return msgspec.structs.replace(sheet, pictures=())


# --- what it says ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_under_each_plain_sentence_stand_the_doctors_own_words(name: str) -> None:
    sheet = a_sheet_of(name)
    page = written(sheet)
    for each in sheet.release.said:
        is_own = each.heading or each.text == each.own
        assert is_own or f"{escape(each.own)}</span>" in page


def test_a_sentence_that_is_the_doctors_own_is_shown_once_and_says_so() -> None:
    said = told(written(a_sheet()))
    assert said.count("Repeat the examination in 8 weeks.") == 1
    assert "Repeat the examination in 8 weeks. These are the doctor's own words." in said


def test_plain_words_that_are_the_doctors_own_are_not_said_twice() -> None:
    words = "No polyp was seen."
    said = Said(text=words, own=words, source="narrative:0-18", box=Box.FINE)
    page = told(written(a_sheet(release=a_release(said=(said,)))))
    assert page.count(words) == 1
    assert f"{words} These are the doctor's own words." in page


def test_an_empty_box_does_not_say_that_the_record_is_empty_when_it_is_not() -> None:
    said = Said(text="A sentence.", own="Own.", source="narrative:0-4", box=Box.MORE)
    page = told(written(a_sheet(release=a_release(said=(said,)))))
    assert "does not name anything" not in page
    assert page.count("Please read on there.") == 3


@pytest.mark.parametrize("box", ["fine", "found", "to-do"])
def test_an_empty_box_says_that_the_record_names_nothing(box: str) -> None:
    page = written(a_sheet(release=a_release(said=())))
    section = page.partition(f'class="box is-{box}"')[2].partition("</section>")[0]
    assert "The record does not name anything here." in section


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_called_normal_safe_or_fine_that_no_doctor_called_so(language: Language) -> None:
    empty = sheet_of(Chart(kind=Kind.OTHER), language)
    said = told(written(empty)).lower()
    assert not re.search(r"\b(normal|safe|fine|healthy|no problem|cancer)\b", said)
    assert not re.search("正常|異常なし|問題な|安心|心配|がん", said)


def test_each_finding_says_how_certain_it_is_in_a_word_and_not_by_colour_alone() -> None:
    said = told(written(a_sheet()))
    for sign in ("● Present", "○ Not present", "? Possible, not certain", "– Not recorded"):
        assert sign in said


def test_the_word_list_is_apart_and_says_that_it_is_not_the_record() -> None:
    page = written(a_sheet())
    words = page.partition('<section class="words"')[2].partition("</section>")[0]
    assert "From our word list, not from your record" in words
    assert page.count("Germs that can live in the stomach.") == 1
    assert "Germs that can live in the stomach." in words


def test_a_word_that_nobody_explains_is_to_be_asked_about() -> None:
    terms = (Explained(term="lesser curvature", explanation="", known=False),)
    said = told(written(a_sheet(release=a_release(terms=terms))))
    assert "Ask your doctor about these words lesser curvature" in said


def test_the_drawing_says_that_it_is_of_nobody() -> None:
    said = told(written(a_sheet()))
    assert (
        "The drawing is a sketch, the same for everybody. Only the numbers are about you." in said
    )


def test_what_has_no_place_in_the_drawing_is_told_beside_it() -> None:
    findings = (
        Finding(certainty=Certainty.PRESENT, text="ulcer", site=Site(organ="stomach")),
        Finding(certainty=Certainty.PRESENT, text="erosion"),
    )
    said = told(written(sheet_of(Chart(kind=Kind.UPPER_GI, findings=findings), "en")))
    assert "does not tell the place well enough: Number 2 erosion" in said


def test_a_missing_picture_leaves_a_box_that_says_why() -> None:
    missing = Picture(number=1, sha256=PICTURE, address="", why_not="being-made")
    assert "This picture is not ready yet." in told(written(a_sheet(pictures=(missing,))))
    assert "not kept with the examination any more" in told(written(a_sheet(pictures=())))


def test_the_first_version_speaks_of_no_correction() -> None:
    assert "corrected" not in told(written(a_sheet()))


def test_a_later_version_says_when_it_was_corrected() -> None:
    said = told(written(a_sheet(release=a_release(number=3))))
    assert "Your doctor corrected this page on 1 Apr 2027. This is version 3." in said


def test_it_says_what_it_is_of_and_who_released_it() -> None:
    sheet = a_sheet()
    said = told(written(sheet))
    for each in (
        sheet.release.document,
        sheet.release.source_sha256,
        "doctor@example.com, 1 Apr 2027",
        "Midori Clinic",
        "30 Mar 2027",
    ):
        assert each in said


# --- failure mode 12: whose it is ---------------------------------------------------------------


@pytest.mark.parametrize("patient_id", ["00000010", "10", "0010"])
def test_a_patient_id_is_shown_as_the_facility_writes_it(patient_id: str) -> None:
    page = written(a_sheet(patient_id=patient_id))
    assert f'<dd translate="no">{patient_id}</dd>' in page
    assert f"Patient ID {patient_id} " in told(page)  # on every printed page


def test_an_examination_that_names_no_patient_says_so() -> None:
    page = written(a_sheet(patient_id="", patient_name=""))
    assert told(page).count("Patient ID not recorded") == 2
    assert "<dt>Name</dt>" not in page


def test_the_provider_is_named_on_top_on_every_printed_page_and_at_the_end() -> None:
    page = written(a_sheet(provider=Identity(name="Hikari Imaging K.K.")))
    top = page.partition('<header class="brand">')[2].partition("</header>")[0]
    running = page.partition('<div class="running"')[2].partition("</div>")[0]
    end = page.rpartition("<footer>")[2]
    assert all("Hikari Imaging K.K." in each for each in (top, running, end))


def test_a_logo_stands_only_where_the_provider_wants_it() -> None:
    on_pages = Identity(name="Hikari", logo=DOT, places=(Place.PAGE,))
    on_paper = Identity(name="Hikari", logo=DOT, places=(Place.PRINT,))
    nowhere = Identity(name="Hikari", logo=DOT, contact="03-0000-0000", places=())
    shown = [written(a_sheet(provider=each, pictures=())) for each in (on_pages, on_paper, nowhere)]
    assert [len(re.findall(r'<img[^>]*class="logo screen-only"', each)) for each in shown] == [
        1,
        0,
        0,
    ]
    assert [each.count(DOT) for each in shown] == [2, 2, 0]
    assert "03-0000-0000" not in shown[2]


# --- failure mode 15: escaping, and one language -------------------------------------------------


def test_nothing_a_doctor_types_becomes_markup() -> None:
    finding = Finding(certainty=Certainty.PRESENT, text=HOSTILE)
    chart = Chart(kind=Kind.OTHER, findings=(finding,), narrative=HOSTILE)
    said = Said(text=HOSTILE, own=HOSTILE, source="findings/0", box=Box.FOUND)
    release = released(chart, "en", said=(said,), terms=(Explained(term=HOSTILE, explanation="x"),))
    names = {"facility": HOSTILE, "patient_name": HOSTILE, "doctor": HOSTILE, "patient_id": HOSTILE}
    provider = Identity(name=HOSTILE, contact=HOSTILE)
    page = written(sheet_of(chart, "en", release=release, provider=provider, **names))
    assert "<script" not in page
    assert "<img" not in page
    assert told(page).count(" ".join(HOSTILE.split())) >= 8


def test_a_sign_that_begins_a_tag_is_read_as_it_was_written() -> None:
    size = Quantity(value="5", unit="mm")
    finding = Finding(certainty=Certainty.PRESENT, text="Polyp <5 mm & flat", size=size)
    said = told(written(sheet_of(Chart(kind=Kind.LOWER_GI, findings=(finding,)), "en")))
    assert said.count("Polyp <5 mm & flat") == 3  # in the sentence, under it, and in the table


def test_readings_stand_over_words_and_nothing_else_is_touched() -> None:
    page = str(speech.spoken("食道(しょくどう)に<b>5mm(くるみくらい)", "ja"))
    assert "<ruby>食道<rp>(</rp><rt>しょくどう</rt><rp>)</rp></ruby>" in page
    assert page.endswith("に&lt;b&gt;5mm(くるみくらい)")


@pytest.mark.parametrize("name", ["stomach-ja", "narrative-ja"])
def test_readings_take_no_letter_away(name: str) -> None:
    for each in a_sheet_of(name).release.said:
        shown = re.sub(r"</?(ruby|rt|rp)>", "", str(speech.spoken(each.text, "ja")))
        assert unescape(shown) == each.text


def test_an_english_page_has_no_japanese_word_of_ours() -> None:
    assert not re.search(r"[぀-ヿ㐀-鿿]", written(a_sheet_of("colon-en")))


def test_a_japanese_page_has_no_english_word_of_ours() -> None:
    sheet = without_pictures(a_sheet_of("stomach-ja"))
    said = told(written(sheet)).replace(sheet.release.document, "")
    said = said.replace(sheet.release.source_sha256, "")
    assert set(re.findall(r"[A-Za-z][A-Za-z-]+", said)) <= {"ID", "SHA-", "SHA", "mm", "mg", "cm"}


class Runs(HTMLParser):
    """Notes each text with the language it is said to be in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = [""]
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "img", "br", "input"}:
            self.open.append(dict(attrs).get("lang") or self.open[-1])

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - all that open are closed
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.found.append((self.open[-1], data))


def test_words_in_the_other_language_say_so() -> None:
    chart = Chart(kind=Kind.OTHER, findings=(Finding(certainty=Certainty.PRESENT, text="胃潰瘍"),))
    runs = Runs()
    runs.feed(written(sheet_of(chart, "en", facility="青葉クリニック")))
    japanese = {language for language, text in runs.found if re.search(r"[぀-鿿]", text)}
    assert japanese == {"ja"}


# --- a file of its own --------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_the_file_needs_nothing_else(name: str) -> None:
    page = written(a_sheet_of(name))
    assert not re.search(r"<script|<link|@import|url\(|\son\w+=|javascript:", page)
    named = re.findall(r'(?:href|src|action)="([^"]*)"', page)
    assert all(each.startswith("data:") for each in named)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert "var(--color-" not in page


def test_the_article_on_a_page_brings_no_style_and_no_script() -> None:
    page = page_html(a_sheet(), Reader("en", prefix="", here=""))
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)
    assert page.lstrip().startswith('<article class="leaf" lang="en">')


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_article_is_in_one_language_whatever_the_page_around_it_is_in(
    language: Language,
) -> None:
    for name in ("stomach-ja", "colon-en"):
        sheet = a_sheet_of(name)
        own = page_html(sheet, Reader(sheet.release.language, prefix="", here=""))
        assert page_html(sheet, Reader(language, prefix="", here="")) == own
        assert str(own).strip() in file_html(sheet, language)


def test_the_page_on_the_web_shows_the_same_article() -> None:
    sheet, reader = a_sheet(), Reader("en", prefix="/api", here="/p/charts/x")
    page = pages.written(reader, "patient_charts/chart.html", **values(sheet))
    assert page_html(sheet, reader).strip() in page
    assert "/portal" not in page
    assert "/api/static/patient_chart." in page


# --- weight -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_without_its_pictures_has_at_most_40_kilobytes(name: str) -> None:
    page = written(without_pictures(a_sheet_of(name)))
    assert len(gzip.compress(page.encode())) <= 40 * KILOBYTE


def test_a_page_with_eight_pictures_has_at_most_200_kilobytes() -> None:
    sheet = a_sheet_of("stomach-ja")
    thumbs = "data:image/webp;base64," + "A" * 10_923  # of 8,192 bytes each
    images = tuple(
        msgspec.structs.replace(sheet.chart.images[0], sha256=f"{number:064x}", marks=())
        for number in range(8)
    )
    chart = msgspec.structs.replace(sheet.chart, images=images)
    pictures = tuple(
        Picture(number=number, sha256=each.sha256, address=thumbs, width=640, height=480)
        for number, each in enumerate(images, start=1)
    )
    page = written(sheet_of(chart, "ja", pictures=pictures))
    assert page.count(thumbs) == 8
    assert len(page.encode()) <= 200 * KILOBYTE


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_sheet_is_always_the_same_bytes(name: str) -> None:
    assert written(a_sheet_of(name)) == written(a_sheet_of(name))
