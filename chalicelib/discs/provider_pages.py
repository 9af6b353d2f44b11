"""Discs as the provider works on them: due, made, handed over; and what is printed for that."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from chalice.app import Response

from chalicelib import buckets
from chalicelib.access import store as access_store
from chalicelib.access.model import PROVIDER
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.charts import documents
from chalicelib.discs import service
from chalicelib.discs.model import Order, State
from chalicelib.discs.pages import disc_number, images, led_to
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.patient_charts.provider.identities import identity
from chalicelib.web.forms import one_line
from chalicelib.web.pages import may_lead_to

WORK = "/portal/disc-orders"
ORDER = WORK + "/{order_id}"
STATES = (
    State.DUE,
    State.BUILDING,
    State.BUILT,
    State.HANDED_OVER,
    State.FAILED,
    State.EXPIRED,
    State.DISMISSED,
)

pages = PageRoutes(__name__)


@pages.on("GET", WORK, Operation.HAND_OVER_DISCS)
def show_work(visit: Visit) -> Response:
    """Show the orders of all facilities in one state."""
    asked = visit.asked("state")
    state = State(asked) if asked in STATES else State.DUE
    found = service.due(visit.caller, state, visit.asked("cursor") or None)
    return visit.page(
        "discs/worklist.html",
        state=state,
        states=STATES,
        orders=found.orders,
        cursor=found.cursor,
        name_of=cache(access_store.facility_name),  # few facilities, many orders
        local=lambda order, written: documents.local(order.facility_id, written),
    )


@pages.on("GET", ORDER, Operation.HAND_OVER_DISCS)
def show_order(visit: Visit, order_id: str) -> Response:
    """Show what an order is, and what is to be done next."""
    return _order_page(visit, order_id)


@pages.on("POST", ORDER + "/build", Operation.HAND_OVER_DISCS)
def build(visit: Visit, order_id: str) -> Response:
    """Have the discs of an order made now."""
    return _done(visit, order_id, lambda: service.build_now(visit.caller, order_id))


@pages.on("POST", ORDER + "/hand-over", Operation.HAND_OVER_DISCS)
def hand_over(visit: Visit, order_id: str) -> Response:
    """Say that the discs are handed over, and to whom."""
    to = one_line(visit.form.get("to", ""))[:100]
    tracking = one_line(visit.form.get("tracking", ""))[:40]
    return _done(visit, order_id, lambda: service.hand_over(visit.caller, order_id, to, tracking))


@pages.on("POST", ORDER + "/dismiss", Operation.HAND_OVER_DISCS)
def dismiss(visit: Visit, order_id: str) -> Response:
    """Call an order off."""
    return _done(visit, order_id, lambda: service.dismiss(visit.caller, order_id))


@pages.on("POST", ORDER + "/discs/{number}/download", Operation.HAND_OVER_DISCS)
def download_disc(visit: Visit, order_id: str, number: str) -> Response:
    """Lead to the image of a disc, for some minutes."""
    try:
        return led_to(visit, service.download(visit.caller, order_id, disc_number(number)))
    except Conflict as refused:
        return _order_page(visit, order_id, refused)


# --- paper -------------------------------------------------------------------------------------


@pages.on("GET", ORDER + "/note", Operation.HAND_OVER_DISCS)
def show_note(visit: Visit, order_id: str) -> Response:
    """Answer what goes along with the discs."""
    return _paper(visit, order_id, "discs/note.html", provider=identity().name)


@pages.on("GET", ORDER + "/labels", Operation.HAND_OVER_DISCS)
def show_labels(visit: Visit, order_id: str) -> Response:
    """Answer the labels of the discs."""
    return _paper(visit, order_id, "discs/labels.html")


def _paper(visit: Visit, order_id: str, template: str, **more: Any) -> Response:
    order = service.order_of(visit.caller, order_id)
    return visit.page(template, order=order, **_around(order), **more)


# --- pieces ------------------------------------------------------------------------------------


def _done(visit: Visit, order_id: str, step: Callable[[], Order]) -> Response:
    """Take a step, and show where the order is then; where it was refused, say why."""
    try:
        step()
    except (Conflict, Invalid) as refused:
        return _order_page(visit, order_id, refused)
    return visit.redirect(f"{WORK}/{order_id}")


def _order_page(visit: Visit, order_id: str, refused: HokanError | None = None) -> Response:
    order = service.order_of(visit.caller, order_id)
    around = _around(order)
    answer = visit.page(
        "discs/provider_order.html",
        status=refused.status if refused else 200,
        order=order,
        refused=refused.code if refused else "",
        typed={name: visit.form.get(name, "") if refused else "" for name in ("to", "tracking")},
        handed_by=_known_as(order),
        **around,
        **images(order, around["local"]),
    )
    return may_lead_to(answer, buckets.download_origin())


def _around(order: Order) -> dict[str, Any]:
    """Return whose discs they are, and what brings a moment into that facility's zone."""
    return {
        "facility": access_store.facility_name(order.facility_id),
        "local": partial(documents.local, order.facility_id),
    }


def _known_as(order: Order) -> str:
    """Return the address of whoever handed the discs over; nothing before."""
    return documents.known_as(PROVIDER, order.handed_over.by) if order.handed_over else ""
