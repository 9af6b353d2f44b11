"""Discs in the portal: ordered, fetched, handed over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chalicelib.access.model import Role
from chalicelib.discs import service
from tests.discs.page_scene import DISCS, WORK, Discs, admin_of, operator_at
from tests.faults.stories.telling import Act, clicks, story, visits
from tests.support.canary import CANARY_ID
from tests.support.visitor import Visitor
from tests.support.world import World

NEW = f"{DISCS}/new/{{target_id}}"
ORDER = f"{DISCS}/orders/{{order_id}}"
WORK_ORDER = f"{WORK}/{{order_id}}"

visits(f"GET {DISCS}", role=Role.FACILITY_ADMIN)
visits(f"GET {DISCS}/new", role=Role.FACILITY_ADMIN)
visits(f"GET {NEW}", role=Role.FACILITY_ADMIN)
visits(f"GET {NEW}/patients/{{patient_key}}", role=Role.FACILITY_ADMIN)
visits(f"GET {NEW}/how", f"{NEW}/how?scope=target", role=Role.FACILITY_ADMIN)
visits(f"GET {WORK}", role=Role.OPERATOR)


@story(f"POST {NEW}/patients")
def _(world: World) -> Act:
    path = Discs(world).new("/patients")
    return clicks(admin_of(world), "POST", path, patient_id=lambda: CANARY_ID)


@story(f"POST {DISCS}")
def _(world: World) -> Act:
    """The form carries the order's id: sent again, it is the same one."""
    typed = {
        "order_id": service.new_id(),
        "target_id": Discs(world).world.target_id,
        "scope": "target",
        "medium": "cd",
        "encrypted": "no",
    }
    return clicks(admin_of(world), "POST", DISCS, **_just(typed))


def _just(typed: dict[str, str]) -> dict[str, Callable[[], str]]:
    return {name: partial(str, value) for name, value in typed.items()}


def of_order(route: str, who: Callable[[World], Visitor], state: str, **typed: str) -> None:
    """Tell the story of a page of an order that is *state*."""
    method, path = route.split()

    @story(route)
    def _(world: World) -> Act:
        discs = Discs(world)
        order_id = {"made": discs.made, "failed": discs.failed}[state]()
        asked = path.replace("{order_id}", order_id).replace("{number}", "1")
        return clicks(who(world), method, asked, **_just(typed))


def operator_of(_: World) -> Visitor:
    return operator_at()


of_order(f"GET {ORDER}", admin_of, "made")
of_order(f"POST {ORDER}/discs/{{number}}/download", admin_of, "made")
of_order(f"GET {ORDER}/passphrase", admin_of, "made")
of_order(f"POST {ORDER}/passphrase", admin_of, "made")
of_order(f"GET {WORK_ORDER}", operator_of, "made")
of_order(f"GET {WORK_ORDER}/note", operator_of, "made")
of_order(f"GET {WORK_ORDER}/labels", operator_of, "made")
of_order(f"POST {WORK_ORDER}/discs/{{number}}/download", operator_of, "made")
of_order(f"POST {WORK_ORDER}/build", operator_of, "failed")
of_order(f"POST {WORK_ORDER}/hand-over", operator_of, "made", to="The office")
of_order(f"POST {WORK_ORDER}/dismiss", operator_of, "made")
