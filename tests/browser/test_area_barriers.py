"""Rented areas keep nobody out: no page has a barrier, and they are of use without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from chalice.test import Client
from playwright.sync_api import Browser

from chalicelib.areas import service
from chalicelib.areas.model import Right
from chalicelib.kernel import clock
from tests.areas.scene import admin, doctor, rent
from tests.browser.area_scene import furnished, shore
from tests.support.chromium import SCREENSHOTS, barriers, hidden_width
from tests.support.snapshot import once
from tests.support.world import World, build

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

PAGES: dict[str, Callable[[dict[str, str]], str]] = {
    "folder": lambda _: "/folders/root",
    "deep": lambda node: f"/folders/{node['folder']}?done=folder-made",
    "node": lambda node: f"/nodes/{node['note']}?done=shared",
    "move": lambda node: f"/nodes/{node['note']}/move",
    "preview": lambda node: f"/nodes/{node['note']}/preview",
    "bin": lambda _: "/bin?done=erased",
    "people": lambda _: "/people",
}


@pytest.fixture
def area(client: Client) -> World:
    return once("area: economy", lambda: rent(build(client))).seen_by(client)


@pytest.fixture
def deluxe(client: Client) -> World:
    return once("area: deluxe", lambda: rent(build(client), "deluxe")).seen_by(client)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_page_of_an_area_has_no_barrier(browser: Browser, deluxe: World, language: str) -> None:
    nodes = furnished(deluxe)
    doctor(deluxe, Right.READ, person_id="person-mori")
    service.share(admin(deluxe), deluxe.target_id, nodes["note"], None, _in_a_week())
    held = shore(deluxe, language=language)
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    held.serve(page)
    base = held.home.rpartition("/")[0]
    places = {name: held.home + path(nodes) for name, path in PAGES.items()}
    places |= {"areas": base, "shared": base.replace("/areas", "/shared-files")}
    for name, address in places.items():
        page.goto(address)
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            into = SCREENSHOTS / f"areas-{name}-{language}-{width}.png"
            page.screenshot(path=into, full_page=True)
            assert barriers(page) == [], (name, width)
            assert hidden_width(page) <= 0, (name, width)
    context.close()


def test_all_of_it_but_large_files_works_without_a_script(browser: Browser, area: World) -> None:
    held = shore(area)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    held.serve(page)
    page.goto(f"{held.home}/folders/root")
    page.fill("#name", "Lectures")
    page.click("text=Make the folder")
    small = {"name": "small.txt", "mimeType": "text/plain", "buffer": b"small"}
    page.set_input_files("#file", small)  # type: ignore[arg-type]
    page.click("button:has-text('Send')")
    assert page.inner_text("[role=status]") == "What you sent is here."
    page.click("tr:has-text('small.txt') .more")
    page.click("text=Move")
    page.click("main .rows a")
    page.click("text=Move it here")
    page.click("tr:has-text('small.txt') .more")
    page.click("text=Put into the bin")
    page.click("text=Bin")
    page.click("button:has-text('Take back')")
    assert page.inner_text("h1") == "Lectures"
    assert page.locator("tbody tr").count() == 1
    context.close()


def _in_a_week() -> str:
    return clock.text(clock.now() + timedelta(days=7))
