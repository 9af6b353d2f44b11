"""
What was typed into the forms for signing and changing, read field by field.

Every wrong field is found, not only the first; each is named with a code that the templates say in
the reader's words.  Reading only: nothing is looked up, and no text is thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import PriceBook, ServiceClass
from chalicelib.billing.runs import InvoiceGrouping
from chalicelib.billing.units import LimitPolicy
from chalicelib.contracts.amending import Change
from chalicelib.contracts.form import (
    EARLIEST,
    LATEST,
    MAX_CAPACITY_BYTES,
    MAX_CASE_UNITS,
    MAX_TERMS,
    MAX_UNIT_PRICE_YEN,
    SCOPES_OF,
    Form,
)
from chalicelib.contracts.kinds import kind_of
from chalicelib.contracts.model import BatchScope, Contract, TargetKind, Timing, TimingKind
from chalicelib.contracts.selection import Mode, Selection
from chalicelib.contracts.signing import form_of
from chalicelib.kernel.errors import Invalid
from chalicelib.web.typed import TypedForm

GIGABYTE = 10**9
PLANS = {  # the six pairs that mean something, by the value of their radio button
    f"{timing}-{scope}": (timing, scope) for timing, scopes in SCOPES_OF.items() for scope in scopes
}
FIELD_OF = {  # where a refusal of the service is shown
    "capacity-below-stored": "capacity",
    "prepaid-shrinks": "capacity",
    "region-full": "capacity",
    "area-size": "capacity",
    "area-class": "service_class",
    "area-term": "term",
    "area-overage": "capacity",
    "display-term": "term",
    "display-units": "case_units",
    "cases-below-open": "case_units",
}
BEGINNING = {  # what a form of any kind begins with, and what it ends with
    "term": Term.ANNUAL.value,
    "term_count": "1",
    "starts_on": "",  # today, unless another day was typed
}
END = {
    "auto_renew": "usual",
    "invoice_grouping": InvoiceGrouping.FACILITY.value,
    "unit_price_yen": "",
}
STORAGE = {
    "service_class": "",  # of a rented area only
    "plan": "nightly-facility",
    "at": "02:00",
    "patients": Mode.ALL.value,
    "patient_ids": "",
    "capacity": "100",
    "capacity_unit": "gb",
    "limit_policy": LimitPolicy.REJECT.value,
}
USUAL_OF = {  # by kind of target, in the order of its form
    TargetKind.MASS_STORAGE: BEGINNING | STORAGE | END,
    TargetKind.AREA: BEGINNING
    | STORAGE
    | {"service_class": ServiceClass.ECONOMY.value, "plan": "at_once-object"}
    | END,
    TargetKind.DISPLAY: BEGINNING | {"case_units": "0"} | END,
}
RENEWALS = {"usual": None, "yes": True, "no": False}
_HH_MM = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_BETWEEN = re.compile(r"[\r\n,、]+")

Fields = Mapping[str, str]


class Typed(TypedForm):
    """A contract's form as typed."""

    field_of = FIELD_OF


class Sketch(msgspec.Struct, frozen=True):
    """As much of a form as its price depends on."""

    term: Term
    timing: Timing | None = None
    capacity_bytes: int = 0
    service_class: ServiceClass | None = None
    case_units: int | None = None


# --- what stands in the fields -----------------------------------------------------------------


def usual_fields(kind: TargetKind, today: date) -> dict[str, str]:
    """Return the choices for a target of *kind* that let a form be checked at once."""
    return {**USUAL_OF[kind], "starts_on": today.isoformat()}


def kept_fields(form: Fields, usual: Fields) -> dict[str, str]:
    """Return what was typed, and as usual what was not sent."""
    return {name: form.get(name, value) for name, value in usual.items()}


def fields_of(contract: Contract) -> dict[str, str]:
    """Return the fields as *contract* would have filled them."""
    return {
        **USUAL_OF[kind_of(contract)],
        "term": contract.term.value,
        "term_count": str(contract.term_count),
        "starts_on": contract.starts_on.isoformat(),
        **(_storage_of(contract) if contract.timing else {"case_units": str(contract.case_units)}),
        "auto_renew": "yes" if contract.auto_renew else "no",
        "invoice_grouping": contract.invoice_grouping.value,
        "unit_price_yen": str(contract.unit_price_yen),
    }


def size_choices(sizes: Iterable[int], kept: int | None = None) -> dict[str, int]:
    """Return the sizes on offer by what stands in the field; *kept* stays one of them."""
    offered = sorted({*sizes, *([kept] if kept is not None else [])})
    return {_in_gigabytes(each): each for each in offered}


def _in_gigabytes(size: int) -> str:
    return f"{(Decimal(size) / GIGABYTE).normalize():f}"


def _storage_of(contract: Contract) -> dict[str, str]:
    assert contract.timing is not None
    return {
        "service_class": contract.service_class or "",
        "plan": f"{contract.timing.kind}-{contract.batch_scope}",
        "at": contract.timing.at or STORAGE["at"],
        "patients": contract.patients.mode.value,
        "patient_ids": "\n".join(sorted(contract.patients.patient_ids)),
        "capacity": _in_gigabytes(contract.capacity_bytes),
        "limit_policy": contract.limit_policy.value,
    }


# --- what they mean ----------------------------------------------------------------------------


def form_from(typed: Typed, target_id: str, book: PriceBook, today: date) -> Form | None:
    """Return the form that *typed* means, or None where some field is wrong."""
    term = typed.one_of("term", Term)
    form = Form(
        target_id=target_id,
        term=term or Term.ANNUAL,
        term_count=_term_count(typed, term),
        starts_on=_start(typed, today),
        **_goods(typed, term, book),
        auto_renew=_auto_renew(typed, term),
        invoice_grouping=typed.one_of("invoice_grouping", InvoiceGrouping)
        or InvoiceGrouping.FACILITY,
        unit_price_yen=_unit_price_yen(typed),
    )
    return None if typed.wrong else form


def change_from(typed: Typed, contract: Contract, book: PriceBook) -> Change | None:
    """Return in what *typed* differs from *contract*, or None where some field is wrong."""
    term = contract.term
    asked = {
        **_goods(typed, term, book),
        "auto_renew": _auto_renew(typed, term),
        "invoice_grouping": typed.one_of("invoice_grouping", InvoiceGrouping),
        "unit_price_yen": _unit_price_yen(typed),
    }
    if typed.wrong:
        return None
    agreed = form_of(contract)
    return Change(**{name: it for name, it in asked.items() if it != getattr(agreed, name)})


def sketches(fields: Fields, book: PriceBook) -> list[Sketch]:
    """Return what each term would be priced by; one block where the capacity cannot be read."""
    typed, with_period = Typed(dict(fields)), (Term.ANNUAL, Term.MONTHLY)
    if "case_units" in fields:
        return [Sketch(term, case_units=_case_units(typed)) for term in with_period]
    capacity_bytes = _capacity_bytes(typed, book) or book.block_bytes
    kind, _ = PLANS.get(fields["plan"], PLANS[STORAGE["plan"]])
    service_class = _service_class(typed)
    terms = with_period if service_class else tuple(Term)
    return [Sketch(term, Timing(kind), capacity_bytes, service_class) for term in terms]


def contract_path(contract: Contract) -> str:
    """Return where the page of *contract* is."""
    return f"/portal/contracts/{contract.contract_id}"


def _goods(typed: Typed, term: Term | None, book: PriceBook) -> dict[str, Any]:
    """Return the choices that only a form of its kind has."""
    if "case_units" in typed.fields:
        return {"case_units": _case_units(typed)}
    timing, scope = _plan(typed)
    return {
        "service_class": _service_class(typed),
        "timing": timing,
        "batch_scope": scope,
        "patients": _patients(typed).settled(),
        "capacity_bytes": _capacity_bytes(typed, book),
        "limit_policy": _limit_policy(typed, term),
    }


def _case_units(typed: Typed) -> int:
    return typed.whole("case_units", 0, MAX_CASE_UNITS, "units-range")


def _term_count(typed: Typed, term: Term | None) -> int:
    if term is None or term is Term.CAPACITY_ONLY:
        return 1
    return typed.whole("term_count", 1, MAX_TERMS[term], f"count-{term}")


def _start(typed: Typed, today: date) -> date:
    try:
        found = date.fromisoformat(typed.line("starts_on").replace("/", "-"))
    except ValueError:
        typed.wrong["starts_on"] = "not-a-date"
        return today
    if not today - EARLIEST <= found <= today + LATEST:
        typed.wrong["starts_on"] = "start-range"
    return found


def _plan(typed: Typed) -> tuple[Timing, BatchScope]:
    if typed.fields["plan"] not in PLANS:
        typed.wrong["plan"] = "choose"
        return Timing(TimingKind.AT_ONCE), BatchScope.OBJECT
    kind, scope = PLANS[typed.fields["plan"]]
    return Timing(kind, _hh_mm(typed) if kind is TimingKind.NIGHTLY else None), scope


def _service_class(typed: Typed) -> ServiceClass | None:
    return typed.one_of("service_class", ServiceClass) if typed.fields["service_class"] else None


def _hh_mm(typed: Typed) -> str:
    found = _HH_MM.fullmatch(typed.line("at"))
    if found is None:
        typed.wrong["at"] = "not-a-time"
        return STORAGE["at"]
    return f"{found[1]:0>2}:{found[2]}"


def _patients(typed: Typed) -> Selection:
    mode = typed.one_of("patients", Mode)
    if mode is None or mode is Mode.ALL:
        return Selection()
    parts = (each.strip() for each in _BETWEEN.split(typed.fields["patient_ids"]))
    selection = Selection(mode, frozenset(each for each in parts if each))
    if not selection.patient_ids:
        typed.wrong["patient_ids"] = "list-empty"
        return Selection()
    try:
        selection.check()
    except Invalid:
        typed.wrong["patient_ids"] = "list-long"
    return selection


def _capacity_bytes(typed: Typed, book: PriceBook) -> int:
    units = {"gb": GIGABYTE, "blocks": book.block_bytes}
    if typed.fields["capacity_unit"] not in units:
        typed.wrong["capacity_unit"] = "choose"
        return 0
    try:
        amount = Decimal(typed.line("capacity").replace(",", "")[:30])
        found = amount * units[typed.fields["capacity_unit"]] if amount.is_finite() else None
    except InvalidOperation:
        found = None
    if found is None or not 1 <= found <= MAX_CAPACITY_BYTES or found != int(found):
        typed.wrong["capacity"] = "capacity-range"
        return 0
    return int(found)


def _limit_policy(typed: Typed, term: Term | None) -> LimitPolicy:
    chosen = typed.one_of("limit_policy", LimitPolicy)
    if term is Term.CAPACITY_ONLY and chosen is LimitPolicy.OVERAGE:
        typed.wrong["limit_policy"] = "prepaid-overage"
    return chosen or LimitPolicy.REJECT


def _auto_renew(typed: Typed, term: Term | None) -> bool | None:
    if typed.fields["auto_renew"] not in RENEWALS:
        typed.wrong["auto_renew"] = "choose"
        return None
    chosen = RENEWALS[typed.fields["auto_renew"]]
    if term is Term.CAPACITY_ONLY and chosen:
        typed.wrong["auto_renew"] = "prepaid-renews"
    return chosen


def _unit_price_yen(typed: Typed) -> int | None:
    if not typed.line("unit_price_yen"):
        return None
    return typed.whole("unit_price_yen", 0, MAX_UNIT_PRICE_YEN, "price-range")
