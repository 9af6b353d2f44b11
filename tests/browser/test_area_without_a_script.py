"""Rented areas are of use without a script, too."""

from __future__ import annotations

import pytest
from chalice.test import Client
from playwright.sync_api import Browser

from tests.areas.scene import rent
from tests.browser.area_scene import shore
from tests.support.snapshot import once
from tests.support.world import World, build

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]


@pytest.fixture
def area(client: Client) -> World:
    return once("area: economy", lambda: rent(build(client))).seen_by(client)


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
