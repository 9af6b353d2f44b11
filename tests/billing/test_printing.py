"""Invoices in print: what they say, who can read them, and what no name can do to them."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from chalicelib.access.model import Role
from chalicelib.billing.documents import csv_of
from chalicelib.billing.model import (
    Document,
    HeadKey,
    Invoice,
    Line,
    TaxTerms,
    reference_of,
    totals_of,
)
from chalicelib.billing.printing import pdf_of
from chalicelib.billing.tax import TaxMode
from tests.support.invoices import BILL_ON, ISSUER, a_draft, a_line, an_invoice, an_issuer
from tests.support.visitor import signed_in
from tests.support.world import World

KEYCAP = "1\N{COMBINING ENCLOSING KEYCAP}"


def a_document(*lines: Line, **changes: Any) -> Document:
    """Return an issued invoice of *lines*."""
    tax = changes.get("tax", TaxTerms())
    sums = totals_of(lines, tax)
    number = HeadKey("facility-1", "facility-1", BILL_ON).number
    usual: dict[str, Any] = {
        "number": number,
        "reference": reference_of(number),
        "issuer": ISSUER,
        "recipient": "青葉内視鏡クリニック",
        "bill_on": BILL_ON,
        "issued_on": date(2026, 11, 3),
        "issued_at": "2026-11-03T03:00:00.123456Z",
        "due_on": date(2026, 12, 3),
        "tax": tax,
        "rates": sums.rates,
        "total_yen": sums.total_yen,
    }
    return Document(**(usual | changes))


def printed(*lines: Line, language: str = "ja", **changes: Any) -> PdfReader:
    some = lines or (a_line(),)
    return PdfReader(io.BytesIO(pdf_of(a_document(*some, **changes), some, language)))


def text_of(pdf: PdfReader) -> str:
    """Return what the pages say, without any space: where lines break is no matter here."""
    return "".join("".join(page.extract_text() for page in pdf.pages).split()).replace("\u200b", "")


def root_of(pdf: PdfReader) -> Any:
    """Return what the file says of itself as a whole."""
    return pdf.trailer["/Root"]


# --- what it says --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("株式会社ホカン", id="issuer"),
        pytest.param("登録番号T7000012050002", id="registration number"),
        pytest.param("2026年11月2日から2027年11月2日の前日まで", id="when it was provided"),
        pytest.param("内視鏡室·バックアップ", id="what was provided"),
        pytest.param("10%対象10,105円", id="amount at the rate"),
        pytest.param("消費税（10%）1,010円", id="tax at the rate"),
        pytest.param("青葉内視鏡クリニック御中", id="recipient"),
    ],
)
def test_an_invoice_says_what_a_qualified_one_must(said: str) -> None:
    assert said in text_of(printed(a_line(amount_yen=105), a_line()))


def test_a_line_without_a_period_has_the_day_of_the_bill() -> None:
    assert "2026年11月2日" in text_of(printed(a_line(start_on=None, end_on=None)))


def test_an_invoice_says_how_to_pay() -> None:
    text = text_of(printed())
    assert "普通預金1234567·ﾎｶﾝ(ｶ" in text
    assert reference_of("20261102-facility-1") in text


def test_nothing_to_pay_says_nothing_of_paying() -> None:
    assert "青葉銀行" not in text_of(printed(a_line(amount_yen=0), due_on=None))


def test_what_is_taxed_at_the_reduced_rate_is_marked() -> None:
    assert "バックアップ※" in text_of(printed(a_line(percent=8)))
    assert "※" not in text_of(printed(a_line(percent=10)))


def test_tax_within_the_prices_is_said_to_be() -> None:
    text = text_of(printed(a_line(amount_yen=1_100), tax=TaxTerms(TaxMode.INCLUSIVE)))
    assert "うち消費税（10%）100円" in text


def test_an_issuer_that_is_not_registered_has_no_number() -> None:
    issuer = msgspec.structs.replace(ISSUER, registration="")
    assert "登録番号" not in text_of(printed(issuer=issuer))


def test_a_japanese_invoice_says_nothing_in_english() -> None:
    words = re.findall("[A-Za-z]{2,}", text_of(printed(a_line(percent=8), number="1")))
    assert words == []


def test_an_english_invoice_has_english_words() -> None:
    text = text_of(printed(language="en"))
    assert "Consumptiontax,10%1,000yen" in text
    assert "御中" not in text


def test_print_and_spreadsheet_name_the_same_amounts() -> None:
    lines = [a_line(amount_yen=1_234 * n, contract_id=f"c-{n}") for n in range(1, 6)]
    rows = csv.DictReader(io.StringIO(csv_of(a_document(*lines), lines).removeprefix("\ufeff")))
    text = text_of(printed(*lines))
    assert [each for each in rows if f"{int(each['amount_yen']):,}円" not in text] == []


def test_many_lines_go_on_under_the_same_heading() -> None:
    lines = [a_line(target_name=f"検査室{n:03}") for n in range(300)]
    pages = [page.extract_text() for page in printed(*lines).pages]
    assert [n for n, page in enumerate(pages) if "金額" not in page] == []
    assert f"{len(pages)} / {len(pages)}" in pages[-1]
    found = re.findall(r"検査室\s*(\d{3})", "".join(pages))
    assert found == [f"{n:03}" for n in range(300)]


# --- who can read it -----------------------------------------------------------------------------


def test_a_screen_reader_finds_its_way() -> None:
    root = root_of(printed())
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_says_which_language_it_is_in(language: str) -> None:
    assert root_of(printed(language=language))["/Lang"] == language


def test_it_has_a_title() -> None:
    information = printed().metadata
    assert information is not None
    assert information.title == "請求書 20261102-facility-1"


def test_it_claims_the_standards_for_readers_and_archives() -> None:
    described = root_of(printed())["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in described
    assert "<pdfaid:part>2</pdfaid:part>" in described
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in described


def test_every_font_is_embedded() -> None:
    page: Any = printed(recipient="瘍膵糜髙﨑𠮷 Łukasz").pages[0]
    fonts = page["/Resources"]["/Font"].values()
    descriptors = [each["/DescendantFonts"][0]["/FontDescriptor"] for each in fonts]
    assert len(descriptors) == 2
    assert [each for each in descriptors if not {"/FontFile2", "/FontFile3"} & set(each)] == []


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "瘍膵糜爛瘻襞靱髙﨑塚德瀨塙",
        "𠮷野家𠀋",
        "葛\U000e0100城",
        '#import "x": *',
        '"]}',
        "$x$ @ref <label> *bold* _it_ `raw` // /* \\",
        "//example.org/#",
        "Łukasz",
        "한국简体",
        "A" * 100,
    ],
)
def test_a_name_stands_there_as_it_is(name: str) -> None:
    for text in (text_of(printed(recipient=name)), text_of(printed(a_line(target_name=name)))):
        assert "".join(name.split()) in text


def test_a_character_no_font_has_is_marked_and_named() -> None:
    text = text_of(printed(recipient="青葉😀クリニック"))
    assert "青葉〓クリニック" in text
    assert "U+1F600" in text


def test_nothing_is_said_of_missing_characters_where_none_is_missing() -> None:
    assert "〓" not in text_of(printed())


def test_no_name_makes_a_figure_unreadable() -> None:
    text = text_of(printed(a_line(amount_yen=111, target_name=KEYCAP)))
    assert "1〓·バックアップ" in text
    assert "111円" in text


def test_a_mark_that_is_missing_leaves_its_letter() -> None:
    text = text_of(
        printed(a_line(target_name="か\N{COMBINING ENCLOSING KEYCAP}"), recipient="かわべ")
    )
    assert "か〓·バックアップ" in text
    assert "かわべ" in text


def test_what_cannot_be_seen_is_left_out() -> None:
    assert "abc" in text_of(printed(recipient="a\0b\N{RIGHT-TO-LEFT OVERRIDE}c"))


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=50)
@given(recipient=names, target=names)
@example(recipient=KEYCAP + "か\N{COMBINING ENCLOSING KEYCAP}", target="\ue000\U0010fffe")
def test_any_names_are_printed_and_the_same_every_time(recipient: str, target: str) -> None:
    line = a_line(target_name=target)
    document = a_document(line, recipient=recipient)
    first = pdf_of(document, [line], "ja")
    assert first.startswith(b"%PDF-")
    assert pdf_of(document, [line], "ja") == first


# --- at the portal -------------------------------------------------------------------------------


@pytest.fixture
def issued(world: World) -> Invoice:
    an_issuer()
    return an_invoice(world.facility_id)


def test_an_administrator_prints_an_invoice(issued: Invoice) -> None:
    admin = signed_in(Role.FACILITY_ADMIN, issued.facility_id)
    path = f"/portal/invoices/{issued.number}"
    assert f'{path}/pdf"' in admin.get(path).text
    answer = admin.get(f"{path}/pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f'filename="invoice-{issued.number}.pdf"' in answer.headers["Content-Disposition"]
    assert "11,000yen" in text_of(PdfReader(io.BytesIO(answer.raw)))


def test_the_provider_prints_an_invoice(issued: Invoice) -> None:
    operator = signed_in(Role.OPERATOR)
    path = f"/portal/billing/facilities/{issued.facility_id}/invoices/{issued.number}"
    assert f'{path}/pdf"' in operator.get(path).text
    assert operator.get(f"{path}/pdf").raw.startswith(b"%PDF-")


def test_another_facility_does_not_get_it(issued: Invoice) -> None:
    stranger = signed_in(Role.FACILITY_ADMIN, "facility-other")
    assert stranger.get(f"/portal/invoices/{issued.number}/pdf").status == 404


def test_a_draft_is_not_printed(world: World) -> None:
    draft = a_draft(world.facility_id)
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    assert admin.get(f"/portal/invoices/{draft.number}/pdf").status == 404
