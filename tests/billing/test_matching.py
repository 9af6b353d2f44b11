"""Which invoices a payment is for: a reference decides, then the payer; nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.billing.matching import MAX_SHARES, UNCLEAR, Match, Open, Plan, Share, references
from chalicelib.billing.matching import plan as planned

OLD, NEW = date(2026, 12, 1), date(2027, 1, 4)


def waiting(number: str, open_yen: int, due_on: date = OLD, facility_id: str = "aoba") -> Open:
    return Open(facility_id, number, "109314532945", due_on, open_yen)


def named(amount_yen: int, *invoices: Open) -> Plan:
    return planned(amount_yen, named=invoices, of_payer=())


def of_payer(amount_yen: int, *invoices: Open) -> Plan:
    return planned(amount_yen, named=(), of_payer=invoices, payer_id="aoba")


# --- references ----------------------------------------------------------------------------------


def test_a_reference_is_found_beside_the_name() -> None:
    assert references("ｱｵﾊﾞ 109314532945 ｸﾘﾆﾂｸ") == ["109314532945"]


def test_a_reference_given_twice_is_one() -> None:
    assert references("109314532945 109314532945") == ["109314532945"]


@pytest.mark.parametrize("written", ["109314532946", "1093145329450", "10931453294", "ｱｵﾊﾞ"])
def test_other_digits_are_no_reference(written: str) -> None:
    assert references(written) == []


# --- by reference --------------------------------------------------------------------------------


def test_what_is_asked_for_is_exact() -> None:
    assert named(300, waiting("1", 300)) == Plan(Match.EXACT, "aoba", (Share("aoba", "1", 300),))


def test_less_than_is_asked_for_is_partial() -> None:
    assert named(299, waiting("1", 300)) == Plan(Match.PARTIAL, "aoba", (Share("aoba", "1", 299),))


def test_more_than_is_asked_for_becomes_credit() -> None:
    assert named(301, waiting("1", 300)) == Plan(Match.OVER, "aoba", (Share("aoba", "1", 300),), 1)


def test_the_oldest_invoice_gets_its_money_first_and_the_last_what_is_left() -> None:
    found = named(350, waiting("1", 300, NEW), waiting("2", 300, OLD))
    assert found == Plan(Match.PARTIAL, "aoba", (Share("aoba", "2", 300), Share("aoba", "1", 50)))


def test_an_invoice_for_which_nothing_is_left_gets_no_share() -> None:
    assert named(300, waiting("1", 300, OLD), waiting("2", 300, NEW)).shares == (
        Share("aoba", "1", 300),
    )


def test_of_two_invoices_of_a_day_the_lower_number_comes_first() -> None:
    assert named(300, waiting("2", 300), waiting("1", 300)).shares == (Share("aoba", "1", 300),)


def test_references_of_two_facilities_are_unclear() -> None:
    invoices = waiting("1", 300), waiting("2", 300, facility_id="wakaba")
    assert named(600, *invoices) == UNCLEAR


def test_a_reference_goes_before_the_payer() -> None:
    found = planned(300, named=[waiting("1", 300)], of_payer=[waiting("2", 300)], payer_id="aoba")
    assert found.shares == (Share("aoba", "1", 300),)


# --- by payer ------------------------------------------------------------------------------------


def test_the_amount_of_one_invoice_is_for_that_one() -> None:
    found = of_payer(300, waiting("1", 200), waiting("2", 300))
    assert found == Plan(Match.EXACT, "aoba", (Share("aoba", "2", 300),))


def test_of_two_invoices_of_the_amount_the_older_one_is_paid() -> None:
    found = of_payer(300, waiting("1", 300, NEW), waiting("2", 300, OLD))
    assert found.shares == (Share("aoba", "2", 300),)


def test_the_amount_of_all_invoices_is_for_all_of_them() -> None:
    found = of_payer(500, waiting("1", 200, NEW), waiting("2", 300, OLD))
    shares = (Share("aoba", "2", 300), Share("aoba", "1", 200))
    assert found == Plan(Match.EXACT, "aoba", shares)


@pytest.mark.parametrize("amount_yen", [199, 201, 499, 501])
def test_any_other_amount_is_unclear(amount_yen: int) -> None:
    assert of_payer(amount_yen, waiting("1", 200), waiting("2", 300)) == UNCLEAR


def test_a_payer_who_owes_nothing_is_unclear() -> None:
    assert of_payer(300) == UNCLEAR


def test_a_payer_nobody_knows_is_unclear() -> None:
    assert planned(300, named=(), of_payer=[waiting("1", 300)]) == UNCLEAR


# --- both ----------------------------------------------------------------------------------------


def test_a_transaction_has_room_for_so_many_shares_and_no_more() -> None:
    invoices = [waiting(str(number), 1) for number in range(MAX_SHARES + 1)]
    assert len(named(MAX_SHARES, *invoices[1:]).shares) == MAX_SHARES
    assert named(MAX_SHARES + 1, *invoices) == UNCLEAR
