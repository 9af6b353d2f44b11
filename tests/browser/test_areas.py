"""Rented areas keep nobody out, and files come into them whatever the network does."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from chalice.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from chalicelib.areas import service
from chalicelib.areas.model import Right
from chalicelib.kernel import clock
from tests.areas.scene import admin, doctor, names, rent, send
from tests.browser.area_scene import Shore, furnished, shore
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


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


def chosen(tmp_path: Path, held: Shore, count: int = 6) -> Path:
    """Make a folder of *count* files, and one below it."""
    folder = tmp_path / "lecture"
    (folder / "pictures").mkdir(parents=True)
    for number in range(count):
        below = folder / "pictures" if number % 2 else folder
        body = secrets.token_bytes(1_000)
        (below / f"{number}.bin").write_bytes(body)
        held.files[hashlib.sha256(body).hexdigest()] = body
    return folder


def opened(context: BrowserContext, held: Shore) -> Page:
    page = context.new_page()
    held.serve(page)
    page.goto(f"{held.home}/folders/root")
    page.wait_for_selector("[data-ready]")
    return page


def says(page: Page, text: str) -> None:
    expect(page.locator("#state")).to_contain_text(text, timeout=20_000)


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


def test_a_folder_is_sent_with_what_is_below_it(
    context: BrowserContext, area: World, tmp_path: Path
) -> None:
    held = shore(area)
    folder = chosen(tmp_path, held)
    page = opened(context, held)
    page.set_input_files("#folder", folder)
    says(page, "All files are here")
    page.set_viewport_size({"width": 360, "height": 900})
    page.screenshot(path=SCREENSHOTS / "areas-sent-en-360.png", full_page=True)
    assert barriers(page) == []
    page.click("#look")
    page.click("text=lecture")
    expect(page.locator("tbody tr")).to_have_count(4)
    assert sorted(held.arrived) == sorted(held.files)


def test_sending_goes_on_by_itself_when_the_network_is_back(
    context: BrowserContext, area: World, tmp_path: Path
) -> None:
    held = shore(area)
    folder = chosen(tmp_path, held)
    page = opened(context, held)
    held.room = 2
    page.set_input_files("#folder", folder)
    says(page, "No connection")
    held.room = 1_000
    says(page, "All files are here")
    assert sorted(held.arrived) == sorted(held.files)


def test_a_closed_tab_is_gone_on_with_and_nothing_is_sent_twice(
    context: BrowserContext, area: World, tmp_path: Path
) -> None:
    held = shore(area)
    folder = chosen(tmp_path, held)
    page = opened(context, held)
    held.room = 3
    page.set_input_files("#folder", folder)
    says(page, "No connection")
    page.close()
    held.room = 1_000
    page = opened(context, held)
    expect(page.locator("#unfinished-text")).to_contain_text("of 6 files have arrived")
    page.set_input_files("#folder", folder)
    says(page, "All files are here")
    assert sorted(held.arrived) == sorted(held.files)
    page = opened(context, held)
    expect(page.locator("#unfinished")).to_be_hidden()


def test_sending_waits_while_it_is_paused(
    context: BrowserContext, area: World, tmp_path: Path
) -> None:
    held = shore(area)
    folder = chosen(tmp_path, held)
    page = opened(context, held)
    held.room = 1
    page.set_input_files("#folder", folder)
    says(page, "No connection")
    page.click("#pause")
    held.room = 1_000
    says(page, "Paused")
    page.wait_for_timeout(1_500)
    came = len(held.arrived)
    assert came < 6
    page.click("#go-on")
    says(page, "All files are here")


def test_a_taken_name_gets_a_number_or_is_replaced(
    context: BrowserContext, area: World, tmp_path: Path
) -> None:
    held = shore(area)
    send(area, {"0.bin": b"old"})
    folder = chosen(tmp_path, held, 1)
    page = opened(context, held)
    page.set_input_files("#files", folder / "0.bin")
    says(page, "All files are here")
    assert names(area) == ["0 (2).bin", "0.bin"]


def test_a_file_there_is_no_room_for_is_named_and_the_others_arrive(
    context: BrowserContext, area: World, tmp_path: Path
) -> None:
    held = shore(area)
    folder = chosen(tmp_path, held, 2)
    (folder / "huge.bin").write_bytes(bytes(11_000_000))
    page = opened(context, held)
    page.set_input_files("#folder", folder)
    says(page, "1 are missing")
    expect(page.locator("#sent .wrong")).to_contain_text("not enough room")
    page.screenshot(path=SCREENSHOTS / "areas-refused-en-1280.png", full_page=True)
    assert len(held.arrived) == 2


def test_a_dropped_file_is_sent(context: BrowserContext, area: World) -> None:
    held = shore(area)
    held.files[hashlib.sha256(b"dropped").hexdigest()] = b"dropped"
    page = opened(context, held)
    page.evaluate(
        """() => {
          const carried = new DataTransfer();
          carried.items.add(new File(["dropped"], "dropped.txt"));
          const drop = new DragEvent("drop", { dataTransfer: carried, cancelable: true });
          document.getElementById("drop").dispatchEvent(drop);
        }"""
    )
    says(page, "All files are here")
    assert names(area) == ["dropped.txt"]


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
