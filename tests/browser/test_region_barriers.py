"""
The map of the regions, and pages where an area is rented and changed, keep nobody out.

As in test_billing_barriers.py, Chromium asks the application itself, on moto.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from chalicelib.access.model import Role
from tests.browser.test_billing_barriers import opened
from tests.contracts import region_scene as scene
from tests.contracts.region_scene import BLOCK, set_aside
from tests.contracts.test_region_pages import PATH
from tests.support.chromium import SCREENSHOTS, keeps_nobody_out
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

USUAL = {"term": "monthly", "capacity": "300"}


@dataclass
class Rented:
    """A provider with both regions in use, and what its facility does about its areas."""

    world: World

    def area(self, name: str, blocks: int, used: float, service_class: str = "economy") -> str:
        """Rent an area that is used so far; return its contract."""
        added = {"name": name, "kind": "area"}
        target_id = self.world.admin.post("/targets", added, status=201)["target_id"]
        terms = {"capacity_bytes": blocks * BLOCK, "service_class": service_class}
        contract = self.world.admin.post("/contracts", scene.form(target_id, **terms), status=201)
        if used:
            self.world.target_id = target_id
            self._claimed(round(used * blocks * BLOCK))
        return str(contract["contract_id"])

    def _claimed(self, size: int) -> None:
        sha256 = hashlib.sha256(b"film").hexdigest()
        entry = {"path": "film.mp4", "size": size, "sha256": sha256, "examination": None}
        self.world.chunk(self.world.open_batch(), 0, {"entries": [entry]})

    def everything(self, visitor: Visitor) -> None:
        set_aside(economy=20 * BLOCK, deluxe=12 * BLOCK, sizes=(BLOCK, 3 * BLOCK, 5 * BLOCK))
        self.area("教育用ファイル", 5, 0.62)
        self.area("会計", 1, 0.97)
        self.area("Films of lectures, with a name that needs room", 3, 0)
        self.area("経営資料", 3, 0.3, "deluxe")
        changing = self.area("研究データ", 3, 0.5, "deluxe")
        contract = {"contract_id": changing}
        scene.amend(self.world, contract, service_class="economy")
        visitor.get(PATH)

    def unsigned(self) -> str:
        set_aside(sizes=(BLOCK, 3 * BLOCK, 5 * BLOCK))
        return f"/portal/targets/{scene.area(self.world)}/sign"

    def checked(self, visitor: Visitor) -> None:
        path = self.unsigned()
        visitor.get(path)
        visitor.submit(path, service_class="deluxe", **USUAL)

    def full(self, visitor: Visitor) -> None:
        path = self.unsigned()
        set_aside(economy=BLOCK)
        visitor.get(path)
        visitor.submit(path, service_class="economy", **USUAL)

    def to_change(self, service_class: str = "deluxe") -> str:
        contract_id = self.area("研究データ", 3, 0.5, service_class)
        return f"/portal/contracts/{contract_id}/change"

    def changed(self, visitor: Visitor, before: str, after: str) -> None:
        path = self.to_change(before)
        visitor.get(path)
        visitor.submit(path, service_class=after)


Show = Callable[[Visitor, Rented], object]

OF_PROVIDER: dict[str, Show] = {
    "map": lambda v, r: r.everything(v),
    "map_without_limit": lambda v, r: (r.area("教育用ファイル", 5, 0.62), v.get(PATH)),
    "map_of_nothing": lambda v, _: v.get(PATH),
}
OF_FACILITY: dict[str, Show] = {
    "sign": lambda v, r: v.get(r.unsigned()),
    "sign_check": lambda v, r: r.checked(v),
    "region_full": lambda v, r: r.full(v),
    "change": lambda v, r: v.get(r.to_change()),
    "to_economy": lambda v, r: r.changed(v, "deluxe", "economy"),
    "to_deluxe": lambda v, r: r.changed(v, "economy", "deluxe"),
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", [*OF_PROVIDER, *OF_FACILITY])
def test_a_page_about_rented_areas_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    role = Role.OPERATOR if name in OF_PROVIDER else Role.FACILITY_ADMIN
    visitor = signed_in(role, "" if name in OF_PROVIDER else world.facility_id)
    visitor.language = language
    (OF_PROVIDER | OF_FACILITY)[name](visitor, Rented(world))
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    opened(page, visitor)
    keeps_nobody_out(page, f"regions-{name}-{language}")
    page.screenshot(path=SCREENSHOTS / f"regions-{name}-{language}-dark.png", full_page=True)
    context.close()
