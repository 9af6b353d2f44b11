"""A facility that stored something, and its orders of discs, as browsers find them, on moto."""

from __future__ import annotations

from typing import Any

from chalicelib.access import store as access_store
from chalicelib.access.model import Caller, Role
from chalicelib.audit.store import of_facility
from chalicelib.discs import service, store
from chalicelib.discs.model import Order, State, Wanted
from tests.discs.scene import OPERATOR, deliver
from tests.support.visitor import Answer, Texts, Visitor, signed_in
from tests.support.world import World

DISCS = "/portal/discs"
WORK = "/portal/disc-orders"
FILES = {"E-1/a.jpg": b"one", "E-1/b.jpg": b"two"}


def said(answer: Answer) -> str:
    return " ".join(text for _, text in Texts(answer.text).said)


def admin_of(world: World) -> Visitor:
    """Return the browser of the facility's administrator."""
    return signed_in(Role.FACILITY_ADMIN, world.facility_id)


def operator_at() -> Visitor:
    """Return the browser of somebody of the provider's."""
    return signed_in(Role.OPERATOR)


class Discs:
    """A facility with an examination of two files, and what becomes of its orders."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.back_up(FILES)
        (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
        self.patient_key = str(patient["patient_key"])
        self.admin = Caller(Role.FACILITY_ADMIN, "person-admin", world.facility_id)

    def new(self, rest: str = "") -> str:
        return f"{DISCS}/new/{self.world.target_id}{rest}"

    def ordered(self, **wanted: Any) -> str:
        order = Wanted(target_id=self.world.target_id, **wanted)
        return service.order(self.admin, order, service.new_id()).order_id

    def newest(self) -> str:
        return service.orders_of(self.admin)[0].order_id

    def made(self, **wanted: Any) -> str:
        order_id = self.ordered(**wanted)
        self.deliver(order_id)
        return order_id

    def deliver(self, order_id: str) -> None:
        """Let the worker build an order."""
        assert deliver(self.world, self._now(order_id))

    def failed(self) -> str:
        order_id = self.ordered()
        assert store.change(self._now(order_id), state=State.FAILED, failure="interrupted")
        return order_id

    def _now(self, order_id: str) -> Order:
        return store.order(self.world.facility_id, order_id)

    @property
    def facility_name(self) -> str:
        return access_store.facility_name(self.world.facility_id)

    def seen(self, order_id: str) -> Answer:
        """Return what the facility sees of an order."""
        return admin_of(self.world).get(f"{DISCS}/orders/{order_id}")

    def handed_over(self) -> str:
        order_id = self.made()
        service.hand_over(OPERATOR, order_id, "The office", "1234-5678")
        return order_id

    def called_off(self) -> str:
        order_id = self.made()
        service.dismiss(OPERATOR, order_id)
        return order_id

    def passphrase(self, visitor: Visitor) -> None:
        """Let *visitor* look at the passphrase of an order."""
        path = f"{DISCS}/orders/{self.made()}/passphrase"
        visitor.get(path)
        visitor.submit(path)

    def audited(self) -> list[str]:
        return [each.action for _, each, _ in of_facility(self.world.facility_id)]

    def handed_to_nobody(self, visitor: Visitor) -> Answer:
        """Let *visitor* say that discs were handed over, and not to whom."""
        path = f"{WORK}/{self.made()}"
        visitor.get(path)
        return visitor.submit(f"{path}/hand-over", to=" ", tracking="1234-5678")
