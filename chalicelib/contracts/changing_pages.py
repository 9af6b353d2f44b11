"""Changing and cancelling a contract in the portal: what it costs or gives back is shown first."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.billing.cancellation import CancellationPolicy
from chalicelib.contracts import changing, local, page_forms, service, shown, store
from chalicelib.contracts.amending import Change
from chalicelib.contracts.cancelling import Cancellation
from chalicelib.contracts.model import Contract, State, is_over
from chalicelib.contracts.page_forms import Typed, contract_path
from chalicelib.contracts.regions import room
from chalicelib.contracts.signing import book_for
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web.typed import WRONG_FIELDS

END_NOW = "end_now"  # what is left where no policy fits: at once, without refund

pages = PageRoutes(__name__)


@pages.on("GET", "/portal/contracts/{contract_id}/change", Operation.AMEND_CONTRACT)
def ask_change(visit: Visit, contract_id: str) -> Response:
    """Ask what is to be different; everything stands as it is."""
    found = changing.current(visit.caller.facility_id, contract_id)
    return _change_page(visit, found, Typed(page_forms.fields_of(found)))


@pages.on("POST", "/portal/contracts/{contract_id}/change", Operation.AMEND_CONTRACT)
def take_change(visit: Visit, contract_id: str) -> Response:
    """Check the change, go back to it, or agree to it: as the button says."""
    found = changing.current(visit.caller.facility_id, contract_id)
    typed = Typed(page_forms.kept_fields(visit.form, page_forms.fields_of(found)))
    step = visit.form.get("step", "check")
    if step == "edit":
        return _change_page(visit, found, typed)
    try:
        if step != "agree":
            return _change_check_page(visit, found, typed)
        shown_sha256 = visit.form.get("terms_sha256", "")
        changed = changing.amend(visit.caller, contract_id, _asked(found, typed), shown_sha256)
    except (Invalid, Conflict) as refused:
        if refused.code == "terms-differ":
            return _change_check_page(visit, found, typed, refused=refused)
        typed.refuse(refused.code)
        return _change_page(visit, found, typed, status=refused.status, facts=refused.facts)
    return visit.redirect(f"{contract_path(changed)}?done={_change_done(changed)}")


def _asked(found: Contract, typed: Typed) -> Change:
    """Return the change that was typed; raises Invalid for wrong fields."""
    change = page_forms.change_from(typed, found, book_for(found))
    if change is None:
        raise Invalid("a field is wrong", code=WRONG_FIELDS)
    return change


def _change_page(
    visit: Visit, found: Contract, typed: Typed, *, status: int = 200, **known: object
) -> Response:
    target = store.target(visit.caller.facility_id, found.target_id)
    offered = room.sizes_for(target.kind)
    values: dict[str, object] = {
        "target": target,
        "found": shown.shown(found),
        "typed": typed.fields,
        "wrong": typed.wrong_in_order,
        "facts": {},
        "book": book_for(found),
        "sizes": page_forms.size_choices(offered, found.capacity_bytes) if offered else {},
    }
    return visit.page("contracts/change.html", status=status, **(values | known))


def _change_check_page(
    visit: Visit, found: Contract, typed: Typed, refused: HokanError | None = None
) -> Response:
    change = _asked(found, typed)
    meant = changing.quote_amendment(visit.caller, found.contract_id, change)
    return visit.page(
        "contracts/change_check.html",
        status=refused.status if refused else 200,
        target=store.target(visit.caller.facility_id, found.target_id),
        found=shown.shown(found),
        typed=typed.fields,
        change=change,
        meant=meant,
        today=local.today(visit.caller.facility_id),
        refused=refused is not None,
    )


def _change_done(changed: Contract) -> str:
    if changed.proposed is not None:
        return "change-proposed"
    return "change-upcoming" if changed.upcoming is not None else "changed"


# --- cancelling -----------------------------------------------------------------------------------


@pages.on("GET", "/portal/contracts/{contract_id}/cancel", Operation.END_CONTRACT)
def ask_policy(visit: Visit, contract_id: str) -> Response:
    """Ask how to cancel; each way says when it ends and what comes back."""
    return _cancel_page(visit, changing.current(visit.caller.facility_id, contract_id))


@pages.on("POST", "/portal/contracts/{contract_id}/cancel", Operation.END_CONTRACT)
def take_policy(visit: Visit, contract_id: str) -> Response:
    """Ask once more, or cancel."""
    found = changing.current(visit.caller.facility_id, contract_id)
    ways, policy = _ways(visit, found), visit.form.get("policy", "")
    if policy not in ways:
        return _cancel_page(visit, found, refused="choose")
    is_as_shown = visit.form.get("shown", "") == _fingerprint(ways[policy])
    if visit.form.get("step") != "cancel" or not is_as_shown:
        return _cancel_check_page(visit, found, policy, ways[policy])
    if policy == END_NOW:
        service.end(visit.caller, contract_id)
    else:
        changing.cancel(visit.caller, contract_id, CancellationPolicy(policy))
    return visit.redirect(f"{contract_path(found)}?done=cancelled")


def _ways(visit: Visit, found: Contract) -> dict[str, Cancellation | None]:
    """Return how *found* can be ended, and what each way means; none of it once it is over."""
    if is_over(found, local.today(found.facility_id)):
        return {}
    ways: dict[str, Cancellation | None] = {}
    for policy in CancellationPolicy:
        try:
            ways[policy] = changing.quote_cancellation(visit.caller, found.contract_id, policy)
        except (Invalid, Conflict):  # it does not fit the term, or the state
            continue
    may_end = found.state in {State.ACTIVE, State.GRACE, State.SUSPENDED}
    return ways if ways or not may_end else {END_NOW: None}


def _fingerprint(meant: Cancellation | None) -> str:
    """Return what a person was shown, so that another day's figures are shown anew."""
    return f"{meant.ends_on} {meant.refund.total_yen}" if meant else END_NOW


def _cancel_page(visit: Visit, found: Contract, refused: str = "") -> Response:
    return visit.page(
        "contracts/cancel.html",
        status=422 if refused else 200,
        target=store.target(visit.caller.facility_id, found.target_id),
        found=shown.shown(found),
        ways=_ways(visit, found),
        refused=refused,
    )


def _cancel_check_page(
    visit: Visit, found: Contract, policy: str, meant: Cancellation | None
) -> Response:
    return visit.page(
        "contracts/cancel_check.html",
        target=store.target(visit.caller.facility_id, found.target_id),
        found=shown.shown(found),
        policy=policy,
        meant=meant,
        fingerprint=_fingerprint(meant),
    )
