"""A bank's statement: what came in is read, and what is wrong is named line by line."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing import bank_statement
from chalicelib.billing.kana import bank_kana, payer_key
from chalicelib.kernel.errors import Invalid, TooLarge

HEADING = "日付,摘要,出金金額,入金金額,残高"
LINE = "2026/12/01,ｲ)ｱｵﾊﾞ,,11000,111000"


def read(*lines: str, heading: str = HEADING, encoding: str = "utf-8") -> bank_statement.Statement:
    return bank_statement.read("\r\n".join((heading, *lines)).encode(encoding))


def wrong(*lines: str, heading: str = HEADING) -> object:
    with pytest.raises(Invalid) as refused:
        read(*lines, heading=heading)
    assert refused.value.code == "bad-statement"
    return refused.value.facts["wrong"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_statement_is_read_in_the_encodings_banks_use(encoding: str) -> None:
    (found,) = read(LINE, encoding=encoding).credited
    assert (found.received_on, found.amount_yen) == (date(2026, 12, 1), 11_000)
    assert payer_key(found.payer) == payer_key("アオバ")


@pytest.mark.parametrize(
    "day", ["2026-12-01", "2026/12/1", "20261201", "2026年12月1日", "２０２６/12/01"]
)
def test_days_are_read_as_banks_write_them(day: str) -> None:
    assert read(LINE.replace("2026/12/01", day)).credited[0].received_on == date(2026, 12, 1)


@pytest.mark.parametrize("amount", ['"11,000"', "¥ 11000", "11000円", "１１０００"])
def test_amounts_are_read_as_banks_write_them(amount: str) -> None:
    assert read(LINE.replace("11000,", f"{amount},", 1)).credited[0].amount_yen == 11_000


@pytest.mark.parametrize("nothing", ["", "-", "*"])
def test_no_amount_is_written_in_several_ways(nothing: str) -> None:
    assert read(LINE.replace(",,", f",{nothing},")).credited == read(LINE).credited


def test_the_most_yen_of_a_line_is_taken() -> None:
    most = str(bank_statement.MOST_YEN)
    found = read(LINE.replace("11000,", f"{most},", 1)).credited[0]
    assert found.amount_yen == bank_statement.MOST_YEN


def test_spaces_in_a_name_stay_one_each() -> None:
    assert read(LINE.replace("ｱｵﾊﾞ", "ア　 オ")).credited[0].payer == "イ)ア オ"


def test_lines_may_end_with_a_carriage_return_alone() -> None:
    raw = f"{HEADING}\r{LINE}\r".encode()
    assert bank_statement.read(raw) == read(LINE)


def test_an_empty_line_is_passed_over() -> None:
    found = read("", LINE, " , , , , ", LINE.replace("111000", "122000")).credited
    assert [each.line for each in found] == [3, 5]


def test_columns_are_known_by_their_headings_in_any_order() -> None:
    found = read("9,x,11000,A,2026-12-01", heading="number,branch,amount,payer,date").credited
    assert [(each.amount_yen, each.payer, each.told_apart_by) for each in found] == [
        (11_000, "A", "9")
    ]


def test_the_same_line_three_times_is_one_payment() -> None:
    found = read(LINE, LINE, LINE)
    assert (len(found.credited), found.repeated) == (1, 2)


def test_a_balance_is_the_same_with_and_without_commas() -> None:
    assert read(LINE, LINE.replace("111000", '"111,000"')).repeated == 1


def test_two_payments_of_the_same_amount_and_day_are_two() -> None:
    assert len(read(LINE, LINE.replace("111000", "122000")).credited) == 2


def test_money_that_goes_out_is_counted() -> None:
    found = read("2026/12/01,電気代,5000,,95000", "2026/12/02,水道代,2000,,93000")
    assert (found.credited, found.paid_out) == ((), 2)


def test_every_wrong_line_is_named() -> None:
    lines = (
        LINE,
        "2026/13/01,ｱｵﾊﾞ,,11000,1",
        "2026/12/01,ｱｵﾊﾞ,,1.5,1",
        "2026/12/01,,,11000,1",
        "2026/12/01,ｱｵﾊﾞ,,,1",
        "2026/12/01,ｱｵﾊﾞ,5,11000,1",
        "2026/12/01,ｱｵﾊﾞ,,11000,",
        "2026/12/01,ｱｵﾊﾞ",
    )
    assert wrong(*lines) == [
        "3 bad-day",
        "4 bad-amount",
        "5 no-payer",
        "6 no-amount",
        "7 in-and-out",
        "8 no-balance",
        "9 too-short",
    ]


def test_a_line_without_the_banks_number_is_refused_where_nothing_else_tells_it_apart() -> None:
    assert wrong("2026-12-01,A,5,", heading="date,payer,amount,number") == ["2 no-balance"]


def test_a_refusal_counts_the_lines_that_are_wrong() -> None:
    with pytest.raises(Invalid, match=r"^nothing was imported; 2 lines are wrong: 2 too-short, 3"):
        read("x", "x")


def test_an_empty_file_has_no_columns() -> None:
    with pytest.raises(Invalid) as refused:
        bank_statement.read(b"")
    assert refused.value.facts["wrong"] == [
        "1 no-date",
        "1 no-amount",
        "1 no-payer",
        "1 no-balance",
    ]


def test_missing_columns_are_named() -> None:
    assert wrong(heading="日付,入金金額") == ["1 no-payer", "1 no-balance"]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        bank_statement.read(b"\x81\xff\xfe\x00")
    assert refused.value.facts["wrong"] == ["1 bad-encoding"]


def test_a_cell_without_end_is_refused() -> None:
    assert wrong(LINE, "x" * 200_000) == ["3 too-long"]


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    with suppress(Invalid):
        bank_statement.read(f"{HEADING}\n".encode() + raw)


def test_a_statement_of_a_megabyte_is_read_and_none_that_is_larger() -> None:
    short = f"{HEADING}\n{LINE}\n".encode()
    longest = short + b"\n" * (bank_statement.MAX_BYTES - len(short))
    assert len(bank_statement.read(longest).credited) == 1
    with pytest.raises(TooLarge) as refused:
        bank_statement.read(longest + b"\n")
    assert refused.value.code == "statement-too-large"


def test_a_statement_brings_so_many_payments_and_no_more() -> None:
    lines = [LINE.replace("111000", str(each)) for each in range(bank_statement.MAX_LINES + 1)]
    assert len(read(*lines[1:]).credited) == bank_statement.MAX_LINES
    with pytest.raises(TooLarge) as refused:
        read(*lines)
    assert refused.value.code == "statement-too-large"


def test_banks_do_not_know_kanji() -> None:
    with pytest.raises(Invalid, match="know 葉 青: write"):
        bank_kana("青葉クリニック")


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        pytest.param("ガザ ダ", "ｶﾞｻﾞ ﾀﾞ", id="voiced"),
        pytest.param("ぱピプ", "ﾊﾟﾋﾟﾌﾟ", id="half voiced"),
        pytest.param("ぁァヵゖヶッ", "ｱｱｶｹｹﾂ", id="small"),
        pytest.param("xyzＸ１", "XYZX1", id="letters and digits"),
        pytest.param("セーヌ―ヌ", "ｾ-ﾇ-ﾇ", id="dashes"),
    ],
)
def test_names_are_half_width_capitals(written: str, carried: str) -> None:
    assert bank_kana(written) == carried


@pytest.mark.parametrize(
    "written",
    [
        "イ）アオバクリニック",
        "ｲ)ｱｵﾊﾞ ｸﾘﾆｯｸ",
        "(ｲ)ｱｵﾊﾞｸﾘﾆﾂｸ",
        "アオバ　クリニツク(ｲ",
        "あおばクリニック",
    ],
)
def test_a_payer_is_known_however_the_bank_writes_the_name(written: str) -> None:
    assert payer_key(written) == "ｱｵﾊﾞｸﾘﾆﾂｸ"
