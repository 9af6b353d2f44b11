"""
Ordering discs, having them built, fetching their images, handing them over.

A facility's caller means its own orders; an operator means any, and sees nothing of a patient.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from chalicelib import buckets
from chalicelib.access.model import Caller, Role
from chalicelib.access.service import audit
from chalicelib.archive import selecting
from chalicelib.archive.model import Selection
from chalicelib.archive.store import usage
from chalicelib.buckets import discs
from chalicelib.contracts.display import has_display_tool
from chalicelib.discs import choosing, sending, store
from chalicelib.discs.model import (
    HandOver,
    Offer,
    Order,
    State,
    Wanted,
    are_kept,
    at,
)
from chalicelib.discs.sending import Message
from chalicelib.discs.trying import anew, asked
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.media.model import Examination
from chalicelib.media.planning import Medium
from chalicelib.telemetry import count

NEWEST = 50  # in a list
A_PAGE = 20
SCOPES = ("target", "patient", "examination")
_ORDER_ID = re.compile(r"discs-[0-9a-z]{26}")


class Listing(msgspec.Struct, frozen=True):
    """Some orders, and where the next ones begin."""

    orders: list[Order]
    cursor: str | None


def new_id() -> str:
    """Return the id a form carries, so that sending it twice orders once."""
    return ids.new_id("discs", clock.now())


def offers(caller: Caller, wanted: Wanted) -> list[Offer]:
    """
    Count what an order would be on each kind of disc, whichever is wanted.

    It is audited, for it tells what a patient has; the catalogue is asked once for all kinds.

    Raises:
        NotFound: The target or what is asked of it is not the caller's.
        Conflict: ``nothing-to-restore``, ``restore-too-large``, ``restore-too-old``.
    """
    found = _chosen(caller, wanted, _selection(caller, wanted))
    return [choosing.offer(found, each, encrypted=wanted.encrypted) for each in Medium]


def order(caller: Caller, wanted: Wanted, order_id: str = "") -> Order:
    """
    Order discs, which are built at once; the same *order_id* again is the same order.

    Raises:
        Invalid: No id that a form of ours carries.
        NotFound: The target or what is asked of it is not the caller's.
        Conflict: See :func:`offers`; ``file-too-large`` for this kind of disc, ``too-many-discs``;
            ``no-display-tool``: an album is for facilities that have one.
    """
    order_id = order_id or new_id()
    if not _ORDER_ID.fullmatch(order_id):
        raise Invalid("this is no form of ours; begin again")
    selection = _selection(caller, wanted)
    if wanted.has_album and not has_display_tool(caller.facility_id):
        raise Conflict("an album needs a contract for a display tool", code="no-display-tool")
    choosing.planned(_chosen(caller, wanted, selection), wanted.medium)
    audit(caller, f"order-discs-{selection.scope}", selection.subject or selection.target_id)
    now = clock.text(clock.now())
    made = Order(
        order_id=order_id,
        facility_id=caller.facility_id,
        target_id=wanted.target_id,
        made_by=caller.id,
        made_at=now,
        selection=selection,
        medium=wanted.medium,
        encrypted=wanted.encrypted,
        has_album=wanted.has_album,
        language=wanted.language,
        **asked(now),
    )
    if not store.add(made, _phrase() if wanted.encrypted else ""):
        return order_of(caller, order_id)
    sending.send(Message(made.facility_id, order_id))
    count("DiscsOrdered")
    return made


def orders_of(caller: Caller) -> list[Order]:
    """Return the facility's newest orders, newest first; nothing personal, so no audit row."""
    now = clock.now()
    return [at(each, now) for each in store.of_facility(caller.facility_id, NEWEST)]


def order_of(caller: Caller, order_id: str) -> Order:
    """Return an order as it stands; raises NotFound."""
    facility_id = caller.facility_id
    if caller.role is Role.OPERATOR:
        facility_id = store.facility_of(order_id)
    return at(store.order(facility_id, order_id), clock.now())


def due(caller: Caller, state: State, cursor: str | None = None) -> Listing:
    """Return orders of all facilities that are in *state*, oldest first (for operators)."""
    if caller.role is not Role.OPERATOR:
        raise NotFound("there is no such list")
    orders, following = store.listed(state, cursor, A_PAGE)
    now = clock.now()
    return Listing([at(each, now) for each in orders], following)


def build_now(caller: Caller, order_id: str) -> Order:
    """
    Have an order built that is due, failed, or expired; it holds what it held before.

    Raises:
        NotFound: No such order.
        Conflict: ``discs-not-due``: it is built already, being built, or dismissed.
    """
    found = order_of(caller, order_id)
    if found.state not in {State.DUE, State.FAILED, State.EXPIRED}:
        raise Conflict("these discs are not to be built", code="discs-not-due")
    _audit(caller, "build-discs", found)
    changed = _changed(found, **anew(found, clock.text(clock.now())))
    sending.send(Message(changed.facility_id, order_id))
    return changed


def download(caller: Caller, order_id: str, number: int) -> str:
    """
    Return a URL of a disc's image for some minutes; audited before release.

    Raises:
        NotFound: No such order or disc.
        Conflict: ``disc-not-ready``, or ``disc-gone``: it is not kept any more.
    """
    found = order_of(caller, order_id)
    if not 1 <= number <= max(found.discs, 1):
        raise NotFound("there is no such disc")
    if found.state in {State.EXPIRED, State.DISMISSED} or (
        found.built_at and not are_kept(found, clock.now())
    ):
        raise Conflict("these discs are not kept any more", code="disc-gone")
    if not found.built_at:
        raise Conflict("the discs are not ready yet", code="disc-not-ready")
    disc = found.built[number - 1]
    _audit(caller, "download-disc", found, amount=disc.files)
    if found.has_album:
        _audit(caller, "download-disc-album", found)
    count("DiscsDownloaded")
    name = found.file_name(number)
    return buckets.signed_download(disc.key, name, discs.MEDIA_TYPE).url


def passphrase(caller: Caller, order_id: str) -> str:
    """
    Return what opens the discs of an encrypted order; audited before release.

    Only for administrators of the facility: whoever holds the discs never learns it from us.

    Raises:
        NotFound: No such order, or it is not the caller's own facility's.
        Conflict: ``discs-not-encrypted``.
    """
    if caller.role is not Role.FACILITY_ADMIN:
        raise NotFound("there is no such order, or it is not yours")
    found = order_of(caller, order_id)
    if not found.encrypted:
        raise Conflict("these discs are not encrypted", code="discs-not-encrypted")
    _audit(caller, "show-disc-passphrase", found)
    return store.phrase(found)


def hand_over(caller: Caller, order_id: str, to: str, tracking: str = "") -> Order:
    """
    Say that the discs of a built order were given or sent to *to*; audited.

    Raises:
        Invalid: Nobody is named.
        NotFound: No such order.
        Conflict: ``discs-not-built``, or handed over before.
    """
    if not to.strip():
        raise Invalid("name whom they were given to", code="nobody-named")
    found = order_of(caller, order_id)
    if found.state is not State.BUILT:
        raise Conflict("these discs are not there to be handed over", code="discs-not-built")
    _audit(caller, "hand-over-discs", found, amount=found.discs)
    done = HandOver(
        at=clock.text(clock.now()),
        by=caller.id,
        to=to.strip()[:200],
        tracking=tracking.strip()[:50],
    )
    count("DiscsHandedOver")
    return _changed(found, state=State.HANDED_OVER, handed_over=done)


def dismiss(caller: Caller, order_id: str) -> Order:
    """
    Say that nobody wants the discs of an order; what is in work stops, images expire; audited.

    Raises:
        NotFound: No such order.
        Conflict: ``discs-over``: they were handed over, or dismissed before.
    """
    found = order_of(caller, order_id)
    if found.state in {State.HANDED_OVER, State.DISMISSED}:
        raise Conflict("these discs are over and done with", code="discs-over")
    _audit(caller, "dismiss-discs", found)
    return _changed(found, state=State.DISMISSED, builder="", lease_ends_at="")


def _chosen(caller: Caller, wanted: Wanted, selection: Selection) -> list[Examination]:
    audit(caller, f"check-discs-{selection.scope}", selection.subject or selection.target_id)
    return choosing.chosen(selection, has_album=wanted.has_album)


def _selection(caller: Caller, wanted: Wanted) -> Selection:
    """Return what is wanted as of now; raises NotFound unless it is the caller's."""
    usage.require(caller.facility_id, wanted.target_id)
    if wanted.scope not in SCOPES:
        raise Invalid(f"discs are of {', '.join(SCOPES)}")
    selecting.check(wanted.target_id, wanted.scope, wanted.subject)
    return Selection(
        target_id=wanted.target_id,
        scope=wanted.scope,
        subject=wanted.subject if wanted.scope != "target" else None,
        as_of=clock.text(clock.now()),
    )


def _changed(found: Order, **changes: Any) -> Order:
    """Write the next revision of an order; raises Conflict where somebody was faster."""
    kept = store.order(found.facility_id, found.order_id)
    then = store.change(kept, **changes) if kept.revision == found.revision else None
    if then is None:
        raise Conflict("this order changed meanwhile; look at it again", code="discs-changed")
    return then


def _audit(caller: Caller, action: str, found: Order, amount: int = 0) -> None:
    """Commit an audit row to the chain of the facility, whoever acts."""
    audit(caller, action, found.order_id, facility_id=found.facility_id, amount=amount)


def _phrase() -> str:
    from chalicelib.media import sealing  # it imports cryptography, which few requests need

    return sealing.passphrase()
