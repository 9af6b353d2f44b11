"""Discs in the portal: those there are, how one stands, its images and what opens them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalice.app import Response

from chalicelib import buckets
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.contracts import store as contracts
from chalicelib.discs import service
from chalicelib.discs.model import Order, State, are_kept
from chalicelib.exports.pages import local_to
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.web.pages import may_lead_to

DISCS = "/portal/discs"
ORDER = DISCS + "/orders/{order_id}"

pages = PageRoutes(__name__)


@pages.on("GET", DISCS, Operation.SEE_DISCS)
def show_discs(visit: Visit) -> Response:
    """Show the facility's orders, newest first."""
    targets = contracts.targets_of(visit.caller.facility_id)
    return visit.page(
        "discs/list.html",
        orders=service.orders_of(visit.caller),
        targets={each.target_id: each.name for each in targets},
        local=local_to(visit),
    )


@pages.on("GET", ORDER, Operation.SEE_DISCS)
def show_order(visit: Visit, order_id: str) -> Response:
    """Show how an order stands, and its discs once they are made."""
    return _order_page(visit, service.order_of(visit.caller, order_id))


@pages.on("POST", ORDER + "/discs/{number}/download", Operation.DOWNLOAD_DISC)
def download_disc(visit: Visit, order_id: str, number: str) -> Response:
    """Lead to the image of a disc, for some minutes."""
    try:
        return led_to(visit, service.download(visit.caller, order_id, disc_number(number)))
    except Conflict as refused:
        return _order_page(visit, service.order_of(visit.caller, order_id), refused)


@pages.on("GET", ORDER + "/passphrase", Operation.SEE_DISC_PASSPHRASE)
def ask_passphrase(visit: Visit, order_id: str) -> Response:
    """Say whose eyes the passphrase is for."""
    return _passphrase_page(visit, service.order_of(visit.caller, order_id))


@pages.on("POST", ORDER + "/passphrase", Operation.SEE_DISC_PASSPHRASE)
def show_passphrase(visit: Visit, order_id: str) -> Response:
    """Show what opens the discs of an order."""
    try:
        phrase = service.passphrase(visit.caller, order_id)
    except Conflict as refused:
        return _order_page(visit, service.order_of(visit.caller, order_id), refused)
    return _passphrase_page(visit, service.order_of(visit.caller, order_id), phrase)


# --- pieces ------------------------------------------------------------------------------------


def led_to(visit: Visit, url: str) -> Response:
    """Send the browser on to a URL of the storage."""
    answer = visit.redirect("")
    answer.headers["Location"] = url
    return answer


def disc_number(typed: str) -> int:
    """Return the number of a disc from an address; raises NotFound for what is none."""
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6):
        raise NotFound("there is no such disc")
    return int(typed)


def _order_page(visit: Visit, order: Order, refused: Conflict | None = None) -> Response:
    local = local_to(visit)
    answer = visit.page(
        "discs/order.html",
        status=refused.status if refused else 200,
        order=order,
        refused=refused.code if refused else "",
        target=contracts.target(visit.caller.facility_id, order.target_id),
        local=local,
        **images(order, local),
    )
    return may_lead_to(answer, buckets.download_origin())


def _passphrase_page(visit: Visit, order: Order, phrase: str = "") -> Response:
    target = contracts.target(visit.caller.facility_id, order.target_id)
    return visit.page("discs/passphrase.html", order=order, target=target, passphrase=phrase)


def images(order: Order, local: Callable[[str], datetime]) -> dict[str, Any]:
    """Return what pages tell of an order's images: whether they are there, and until when."""
    is_made = order.state in {State.BUILT, State.HANDED_OVER}
    ends = order.expires_at
    return {
        "is_there": is_made and are_kept(order, clock.now()),
        "expires_at": local(clock.text(ends)) if ends else None,
    }
