"""What Hokan does with orders by itself, on record: nobody clicked."""

from __future__ import annotations

from chalicelib.access.model import Caller, Role
from chalicelib.access.service import audit
from chalicelib.discs.model import Order

ITSELF = Caller(Role.OPERATOR, "disc-schedule")


def record(order: Order, action: str, amount: int = 0) -> None:
    """Commit an audit row to the chain of the order's facility; again after a crash."""
    audit(ITSELF, action, order.order_id, facility_id=order.facility_id, amount=amount)
