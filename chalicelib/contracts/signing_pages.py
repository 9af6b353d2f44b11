"""Signing a contract in the portal: one page of choices, one to check them, done."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.billing.books import book_of, newest_book
from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import PriceBook
from chalicelib.contracts import local, page_forms, service, store
from chalicelib.contracts.form import EARLIEST, LATEST, Form
from chalicelib.contracts.model import Contract, State, is_over
from chalicelib.contracts.offer import Offer, fee_of
from chalicelib.contracts.page_forms import Typed, contract_path
from chalicelib.contracts.regions import room
from chalicelib.contracts.store import Target
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web.typed import WRONG_FIELDS

pages = PageRoutes(__name__)


@pages.on("GET", "/portal/targets/{target_id}/sign", Operation.SIGN_CONTRACT)
def ask_terms(visit: Visit, target_id: str) -> Response:
    """Ask for the terms; all stand as usual, so that checking works at once."""
    target = store.target(visit.caller.facility_id, target_id)
    running = _running(target)
    if running is not None:
        return visit.redirect(f"{contract_path(running)}?done=has-contract")
    typed = Typed(_usual(visit, target))
    return _sign_page(visit, target, typed, offered=_usual_offer(visit, target, typed))


@pages.on("POST", "/portal/targets/{target_id}/sign", Operation.SIGN_CONTRACT)
def take_terms(visit: Visit, target_id: str) -> Response:
    """Show the price, check the answers, go back to them, or sign: as the button says."""
    target = store.target(visit.caller.facility_id, target_id)
    typed = Typed(page_forms.kept_fields(visit.form, _usual(visit, target)))
    step = visit.form.get("step", "check")
    if step == "edit":
        return _sign_page(visit, target, typed)
    try:
        if step == "sign":
            shown_sha256 = visit.form.get("terms_sha256", "")
            form = _form(visit, target, typed)
            return _signed(visit, service.sign(visit.caller, form, shown_sha256))
        if step == "price":
            offered = service.quote(visit.caller, _form(visit, target, typed))
            return _sign_page(visit, target, typed, offered=offered)
        return _check_page(visit, target, typed)
    except (Invalid, Conflict) as refused:
        if refused.code == "terms-differ":  # the day or the price book is another by now
            return _check_page(visit, target, typed, refused=refused)
        typed.refuse(refused.code)
        return _sign_page(visit, target, typed, status=refused.status, facts=refused.facts)


def _form(visit: Visit, target: Target, typed: Typed) -> Form:
    """Return the form that was typed; raises Invalid for wrong fields."""
    today = local.today(visit.caller.facility_id)
    form = page_forms.form_from(typed, target.target_id, newest_book(today), today)
    if form is None:
        raise Invalid("a field is wrong", code=WRONG_FIELDS)
    return form


def _usual_offer(visit: Visit, target: Target, typed: Typed) -> Offer | None:
    """Return what the usual terms cost; None where more is stored than they allow."""
    try:
        return service.quote(visit.caller, _form(visit, target, typed))
    except Conflict:
        return None


def _sign_page(
    visit: Visit, target: Target, typed: Typed, *, status: int = 200, **known: object
) -> Response:
    today = local.today(visit.caller.facility_id)
    book = newest_book(today)
    values: dict[str, object] = {
        "target": target,
        "typed": typed.fields,
        "wrong": typed.wrong_in_order,
        "facts": {},
        "offered": None,
        "fees": _fees(typed, book),
        "book": book,
        "first_on": today - EARLIEST,
        "last_on": today + LATEST,
        "done": visit.asked("done"),
        "sizes": page_forms.size_choices(room.sizes_for(target.kind)),
    }
    return visit.page("contracts/sign.html", status=status, **(values | known))


def _check_page(
    visit: Visit, target: Target, typed: Typed, refused: HokanError | None = None
) -> Response:
    form = _form(visit, target, typed)
    offered = service.quote(visit.caller, form)
    return visit.page(
        "contracts/check.html",
        status=refused.status if refused else 200,
        target=target,
        typed=typed.fields,
        form=form,
        offered=offered,
        book=book_of(offered.price_book),
        refused=refused is not None,
    )


def _fees(typed: Typed, book: PriceBook) -> dict[Term, int]:
    """Return the fee of a period of each term, for the capacity and timing that were typed."""
    sketches = page_forms.sketches(typed.fields, book)
    return {each.term: fee_of(each, book, book.unit_price_yen) for each in sketches}


def _signed(visit: Visit, contract: Contract) -> Response:
    done = "signed" if contract.state is State.ACTIVE else "proposed"
    return visit.redirect(f"{contract_path(contract)}?done={done}")


def _usual(visit: Visit, target: Target) -> dict[str, str]:
    usual = page_forms.usual_fields(target.kind, local.today(visit.caller.facility_id))
    choices = page_forms.size_choices(room.sizes_for(target.kind))
    if choices and usual["capacity"] not in choices:
        return usual | {"capacity": next(iter(choices))}
    return usual


def _running(target: Target) -> Contract | None:
    """Return the contract that leaves no room for another on *target*."""
    held = target.contract
    return None if held is None or is_over(held, local.today(held.facility_id)) else held
