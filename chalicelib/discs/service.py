"""
Ordering discs, having them built, fetching their images, handing them over.

A facility's caller means its own orders; an operator means any, and sees nothing of a patient.
"""

from __future__ import annotations

import msgspec

from chalicelib.access.model import Caller
from chalicelib.discs.model import Extent, Order, State, Wanted
from chalicelib.kernel import clock, ids


class Listing(msgspec.Struct, frozen=True):
    """Some orders, and where the next ones begin."""

    orders: list[Order]
    cursor: str | None


def new_id() -> str:
    """Return the id a form carries, so that sending it twice orders once."""
    return ids.new_id("discs", clock.now())


def extent(caller: Caller, wanted: Wanted) -> Extent:
    """
    Count what an order would be; audited, for it tells what a patient has.

    Raises:
        NotFound: The target or what is asked of it is not the caller's.
        Conflict: ``nothing-to-restore``, ``restore-too-large``, ``file-too-large`` (for this kind
            of disc), ``too-many-discs``; ``no-display-tool``: an album is for facilities that have
            one.
    """
    raise NotImplementedError


def order(caller: Caller, wanted: Wanted, order_id: str = "") -> Order:
    """
    Order discs, which are built at once; the same *order_id* again is the same order.

    Raises:
        Invalid: No id that a form of ours carries.
        NotFound, Conflict: See :func:`extent`.
    """
    raise NotImplementedError


def orders_of(caller: Caller) -> list[Order]:
    """Return the facility's newest orders, newest first; nothing personal, so no audit row."""
    raise NotImplementedError


def order_of(caller: Caller, order_id: str) -> Order:
    """Return an order as it stands; raises NotFound."""
    raise NotImplementedError


def due(caller: Caller, state: State, cursor: str | None = None) -> Listing:
    """Return orders of all facilities that are in *state*, oldest first (for operators)."""
    raise NotImplementedError


def build_now(caller: Caller, order_id: str) -> Order:
    """
    Have an order built that is due, failed, or expired; it holds what it held before.

    Raises:
        NotFound: No such order.
        Conflict: ``discs-not-due``: it is built already, being built, or dismissed.
    """
    raise NotImplementedError


def download(caller: Caller, order_id: str, number: int) -> str:
    """
    Return a URL of a disc's image for some minutes; audited before release.

    Raises:
        NotFound: No such order or disc.
        Conflict: ``disc-not-ready``, or ``disc-gone``: it is not kept any more.
    """
    raise NotImplementedError


def passphrase(caller: Caller, order_id: str) -> str:
    """
    Return what opens the discs of an encrypted order; audited before release.

    Only for administrators of the facility: whoever holds the discs never learns it from us.

    Raises:
        NotFound: No such order, or it is not the caller's own facility's.
        Conflict: ``discs-not-encrypted``.
    """
    raise NotImplementedError


def hand_over(caller: Caller, order_id: str, to: str, tracking: str = "") -> Order:
    """
    Say that the discs of a built order were given or sent to *to*; audited.

    Raises:
        Invalid: Nobody is named.
        NotFound: No such order.
        Conflict: ``discs-not-built``, or handed over before.
    """
    raise NotImplementedError


def dismiss(caller: Caller, order_id: str) -> Order:
    """
    Say that nobody wants the discs of an order; what is in work stops, images expire; audited.

    Raises:
        NotFound: No such order.
        Conflict: ``discs-over``: they were handed over, or dismissed before.
    """
    raise NotImplementedError
