"""Direct debits on pages: from a facility's account to the bank's answer."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest

from chalicelib.access.model import Role
from chalicelib.billing import debit_store, debits, store
from chalicelib.billing.states import InvoiceState
from chalicelib.kernel import clock
from tests.support.invoices import (
    ACCOUNT,
    OPERATOR,
    an_invoice,
    an_issuer,
    answered,
    issuer_fields,
)
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World

DEBITS = "/portal/billing/debits"


@pytest.fixture
def here(world: World) -> str:
    an_issuer()
    return world.facility_id


@pytest.fixture
def operator(here: str) -> Visitor:  # noqa: ARG001
    visitor = signed_in(Role.OPERATOR)
    visitor.get(DEBITS)
    return visitor


def collect(operator: Visitor) -> Answer:
    """Collect what is open at a facility with a mandate."""
    day = clock.now().date() + timedelta(days=30)
    return operator.send(DEBITS, on=day.isoformat())


def file_on(page: Answer) -> bytes:
    found = re.search(r'href="data:[^,]*,([^"]*)"', page.text)
    assert found
    return base64.b64decode(found[1])


def test_a_facilitys_account_is_told_and_taken_away(operator: Visitor, here: str) -> None:
    path = f"/portal/billing/facilities/{here}/mandate"
    operator.get(path)
    operator.send(path, **issuer_fields())
    kept = debit_store.mandate(here)
    assert kept is not None
    assert kept.holder == "ﾎｶﾝ(ｶ"
    operator.send(path, step="end")
    assert debit_store.mandate(here) is None


def test_a_wrong_account_is_told_and_what_was_typed_stays(operator: Visitor, here: str) -> None:
    path = f"/portal/billing/facilities/{here}/mandate"
    operator.get(path)
    answer = operator.submit(path, **(issuer_fields() | {"number": "12"}))
    assert answer.status == 422
    assert "7 digits" in answer.text
    assert 'value="12"' in answer.text


def test_the_bank_gets_a_file_and_its_answer_pays(operator: Visitor, here: str) -> None:
    invoice = an_invoice(here)
    debits.set_mandate(OPERATOR, here, ACCOUNT)
    raw = answered(file_on(collect(operator)), "0")
    results = f"{DEBITS}/1/results"
    page = operator.follow(operator.upload(results, {"csrf": operator.token}, {"file": raw}))
    assert "What was collected has paid its invoices" in page.text
    assert store.invoice(here, invoice.number).state is InvoiceState.PAID


def test_wrong_records_are_named_on_the_page(operator: Visitor, here: str) -> None:
    an_invoice(here)
    debits.set_mandate(OPERATOR, here, ACCOUNT)
    raw = answered(file_on(collect(operator)), "7")
    answer = operator.upload(f"{DEBITS}/1/results", {"csrf": operator.token}, {"file": raw})
    assert answer.status == 422
    assert "Record 2: The result is none of" in answer.text
    assert not debit_store.run(1).is_answered


@pytest.mark.parametrize(("on", "said"), [("soon", "year-month-day"), ("2020-01-01", "or later")])
def test_a_wrong_day_is_told(operator: Visitor, on: str, said: str) -> None:
    answer = operator.submit(DEBITS, on=on)
    assert answer.status == 422
    assert said in answer.text


def test_nothing_to_collect_is_told(operator: Visitor) -> None:
    assert "There is nothing to collect" in collect(operator).text


@pytest.mark.parametrize("run", ["7", "x", "1e3"])
def test_there_is_no_such_run(operator: Visitor, run: str) -> None:
    assert operator.get(f"{DEBITS}/{run}").status == 404
