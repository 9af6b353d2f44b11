"""Direct debits: whom we may collect from, a file for the bank, and the bank's answer."""

from __future__ import annotations

import base64

import msgspec
from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.billing import debit_store, debits, typed
from chalicelib.billing.debit_store import Run
from chalicelib.billing.issuer import BankAccount
from chalicelib.billing.zengin import Outcome
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound
from chalicelib.web import links
from chalicelib.web.forms import one_line

DEBITS = "/portal/billing/debits"
RUN = DEBITS + "/{run}"
MANDATE = "/portal/billing/facilities/{facility_id}/mandate"
SHOWN = 12
DATA = "data:application/octet-stream;base64,"  # half-width kana survive no text answer

pages = PageRoutes(__name__)


@pages.on("GET", DEBITS, Operation.MANAGE_BILLING)
def show_runs(visit: Visit) -> Response:
    """Show the newest runs, and a form to make one."""
    return _runs(visit)


@pages.on("POST", DEBITS, Operation.MANAGE_BILLING)
def collect(visit: Visit) -> Response:
    """Make a run of all that is open."""
    on = visit.form.get("on", "")
    try:
        made = debits.collect(visit.caller, typed.day(on))
    except (Conflict, Invalid) as refused:
        return _runs(visit, on, refused)
    return visit.redirect(f"{DEBITS}/{made.number}?done=made")


@pages.on("GET", RUN, Operation.MANAGE_BILLING)
def show_run(visit: Visit, run: str) -> Response:
    """Show a run, its file for the bank, and a form for the bank's answer."""
    return _run(visit, _found(run))


@pages.on("POST", RUN + "/results", Operation.MANAGE_BILLING, takes_files=True)
def import_results(visit: Visit, run: str) -> Response:
    """Take the bank's answer: all of it, or nothing when a record is wrong."""
    found = _found(run)
    try:
        told = debits.import_results(visit.caller, found.number, visit.files.get("file", b""))
    except (Conflict, Invalid) as refused:
        return _run(visit, found, refused)
    counts = {**told.refused, Outcome.DONE: told.done}
    query = {f"no{outcome}": str(number) for outcome, number in counts.items()}
    return visit.redirect(links.with_query(f"{DEBITS}/{found.number}", done="answered", **query))


@pages.on("GET", MANDATE, Operation.MANAGE_BILLING)
def show_mandate(visit: Visit, facility_id: str) -> Response:
    """Show the account a facility lets us collect from, to be changed."""
    found = debit_store.mandate(facility_id)
    empty = dict.fromkeys(BankAccount.__struct_fields__, "")
    return _mandate(visit, facility_id, msgspec.structs.asdict(found) if found else empty)


@pages.on("POST", MANDATE, Operation.MANAGE_BILLING)
def set_mandate(visit: Visit, facility_id: str) -> Response:
    """Note the account, or that there is none any more."""
    account = typed.account(visit.form)
    ends = visit.form.get("step") == "end"
    try:
        debits.set_mandate(visit.caller, facility_id, None if ends else account)
    except Invalid as refused:
        return _mandate(visit, facility_id, msgspec.structs.asdict(account), refused)
    here = MANDATE.format(facility_id=facility_id)
    return visit.redirect(f"{here}?done={'ended' if ends else 'changed'}")


def _found(run: str) -> Run:
    number = one_line(run)
    if not (number.isascii() and number.isdecimal() and len(number) <= 6):
        raise NotFound("there is no such run of debits")
    return debit_store.run(int(number))


def _runs(visit: Visit, on: str = "", refused: HokanError | None = None) -> Response:
    return visit.page(
        "billing/debits.html",
        status=refused.status if refused else 200,
        runs=debit_store.runs(SHOWN),
        on=on,
        refused=refused.code if refused else "",
    )


def _run(visit: Visit, found: Run, refused: HokanError | None = None) -> Response:
    wrong = refused.facts.get("wrong") if refused else None
    return visit.page(
        "billing/debit_run.html",
        status=refused.status if refused else 200,
        run=found,
        names={
            each.facility_id: access_store.facility_name(each.facility_id) for each in found.debits
        },
        file=DATA + base64.b64encode(debits.file_of(found.number)).decode(),
        refused=refused.code if refused else "",
        wrong=[str(each).split(" ", 1) for each in wrong] if isinstance(wrong, list) else [],
        done=visit.asked("done"),
        outcomes={each.value: _count(visit, f"no{each}") for each in Outcome},
    )


def _mandate(
    visit: Visit, facility_id: str, fields: dict[str, str], refused: HokanError | None = None
) -> Response:
    return visit.page(
        "billing/mandate.html",
        status=refused.status if refused else 200,
        facility=access_store.facility(facility_id),
        has_mandate=debit_store.mandate(facility_id) is not None,
        typed=fields,
        refused=refused.code if refused else "",
        done=visit.asked("done"),
    )


def _count(visit: Visit, name: str) -> int:
    told = visit.asked(name)
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else 0
