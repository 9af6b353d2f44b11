"""Direct debits: 120 bytes a record out, and back with results."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing import zengin
from chalicelib.billing.zengin import Debit, Outcome, Result
from chalicelib.kernel.errors import Invalid
from tests.support.invoices import ACCOUNT, ISSUER, answered

ON = date(2026, 12, 28)


def a_debit(reference: str = "109314532945", amount_yen: int = 11_000) -> Debit:
    return Debit("facility-1", "20261102-facility-1", reference, ISSUER.account, amount_yen)


def a_file(*debits: Debit) -> bytes:
    return zengin.written("1234567890", "ホカン（カ", ISSUER.account, ON, debits or (a_debit(),))


def wrong(raw: bytes) -> object:
    with pytest.raises(Invalid) as refused:
        zengin.read(raw)
    assert refused.value.code == "bad-results"
    return refused.value.facts["wrong"]


def test_every_record_has_120_bytes() -> None:
    lines = a_file(a_debit(), a_debit()).split(b"\r\n")
    assert [len(each) for each in lines] == [120] * 5 + [0]


def test_the_header_names_consignor_day_and_account() -> None:
    header = a_file().decode("cp932")[:120]
    assert (
        header
        == f"1910{'1234567890'}{'ﾎｶﾝ(ｶ'.ljust(40)}12280001{' ' * 15}012{' ' * 15}11234567{' ' * 17}"
    )


def test_a_debit_carries_amount_and_reference() -> None:
    record = a_file().decode("cp932").split("\r\n")[1]
    assert (record[:5], record[80:90], record[91:111], record[111]) == (
        "20001",
        "0000011000",
        "00000000109314532945",
        "0",
    )


def test_the_trailer_sums_up() -> None:
    trailer = a_file(a_debit(), a_debit(amount_yen=5)).decode("cp932").split("\r\n")[3]
    assert trailer[:19] == "8000002000000011005"


@pytest.mark.parametrize(
    "debits",
    [
        pytest.param([], id="nothing"),
        pytest.param([a_debit(amount_yen=0)], id="no yen"),
        pytest.param([a_debit(amount_yen=10**10)], id="a yen more than a record holds"),
        pytest.param([a_debit()] * 2_001, id="a debit more than a file holds"),
        pytest.param(
            [a_debit(amount_yen=10**10 - 1)] * 100 + [a_debit(amount_yen=100)],
            id="a yen more than the trailer holds",
        ),
    ],
)
def test_what_no_file_can_collect_is_refused(debits: list[Debit]) -> None:
    with pytest.raises(Invalid) as refused:
        zengin.written("1234567890", "ホカン", ISSUER.account, ON, debits)
    assert refused.value.code == "bad-debits"


def test_a_file_holds_2000_debits_and_as_many_yen_as_its_trailer() -> None:
    assert len(a_file(*[a_debit()] * 2_000)) == 122 * 2_003
    all_of_it = a_file(*[a_debit(amount_yen=10**10 - 1)] * 100, a_debit(amount_yen=99))
    assert all_of_it[-244:].startswith(b"8000101999999999999")


def test_the_banks_answer_is_read() -> None:
    found = zengin.read(answered(a_file(a_debit(), a_debit("000000000000", 5)), "0", "1"))
    assert (found.consignor_code, found.month_and_day) == ("1234567890", "1228")
    assert found.results == (
        Result(2, "109314532945", 11_000, Outcome.DONE),
        Result(3, "000000000000", 5, Outcome.NO_FUNDS),
    )


def test_an_answer_may_come_without_line_ends() -> None:
    raw = answered(a_file(), "0")
    assert zengin.read(raw.replace(b"\r\n", b"") + b"\x1a") == zengin.read(raw)


def test_a_wrong_length_is_refused() -> None:
    assert wrong(answered(a_file(), "0")[:-3]) == ["4 bad-length"]


def test_line_feeds_alone_are_refused() -> None:
    assert wrong(answered(a_file(), "0").replace(b"\r\n", b"\n")) == ["1 bad-line-ends"]


def test_carriage_returns_alone_are_refused() -> None:
    assert wrong(answered(a_file(), "0").replace(b"\r\n", b"\r")) == ["1 bad-line-ends"]


def test_a_file_without_its_end_is_refused() -> None:
    assert wrong(answered(a_file(), "0")[:-122]) == ["1 bad-order"]


def test_what_is_no_text_is_refused() -> None:
    assert wrong(answered(a_file(), "0").replace(b"20001", b"2000\xff")) == ["1 bad-encoding"]


@pytest.mark.parametrize(
    "sums",
    [
        pytest.param(b"8000002000000011000000001000000011000", id="of all: how many"),
        pytest.param(b"8000001000000011001000001000000011000", id="of all: how much"),
        pytest.param(b"8000001000000011000000000000000011000", id="collected: how many"),
        pytest.param(b"8000001000000011000000001000000011001", id="collected: how much"),
        pytest.param(b"8     1000000011000000001000000011000", id="no number"),
    ],
)
def test_wrong_sums_are_named(sums: bytes) -> None:
    raw = answered(a_file(), "0")
    assert wrong(raw.replace(b"8000001000000011000000001000000011000", sums)) == ["3 bad-sums"]


@pytest.mark.parametrize(
    ("debit", "code"),
    [
        pytest.param(b"30001", "not-a-debit", id="another record"),
        pytest.param("2あ01".encode("cp932"), "not-a-debit", id="a full-width character"),
    ],
)
def test_what_is_no_debit_is_named(debit: bytes, code: str) -> None:
    assert wrong(answered(a_file(), "0").replace(b"20001", debit)) == [f"2 {code}"]


def test_an_amount_that_is_no_number_is_named() -> None:
    raw = answered(a_file(), "0").replace(b"0000011000", b"     11000", 1)
    assert wrong(raw) == ["2 bad-amount"]


def test_a_refusal_counts_the_records_that_are_wrong() -> None:
    with pytest.raises(Invalid, match=r"^nothing was imported; 1 records are wrong: 2 bad-result"):
        zengin.read(answered(a_file(), "7"))


def test_every_wrong_record_is_named() -> None:
    raw = answered(a_file(a_debit(), a_debit(), a_debit()), "7", "0", "7")
    assert wrong(raw) == [
        "2 bad-result",
        "4 bad-result",
    ]


def test_another_kind_of_file_is_refused() -> None:
    assert wrong(answered(a_file(), "0").replace(b"1910", b"1210", 1)) == ["1 bad-type"]


@given(st.binary(max_size=500))
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    try:
        zengin.read(raw)
    except Invalid as refused:
        assert refused.code == "bad-results"


@given(st.lists(st.integers(1, zengin.MOST_YEN), min_size=1, max_size=20))
def test_sums_hold_for_any_amounts(amounts: list[int]) -> None:
    raw = a_file(*(a_debit(amount_yen=each) for each in amounts))
    found = zengin.read(answered(raw, *("0" for _ in amounts)))
    assert [each.amount_yen for each in found.results] == amounts


def test_the_holders_name_is_in_kana() -> None:
    assert ISSUER.account.holder == "ﾎｶﾝ(ｶ"
    assert ACCOUNT.holder == "ホカン（カ"
