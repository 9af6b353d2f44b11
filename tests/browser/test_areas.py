"""Files come into a rented area from a real browser, whatever the network does."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalice.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from chalicelib.uploads.model import MULTIPART_BYTES
from tests.areas.scene import in_bin, names, rent, send
from tests.browser.area_scene import Shore, shore
from tests.support.chromium import SCREENSHOTS, barriers
from tests.support.snapshot import once
from tests.support.world import World, build

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]


@pytest.fixture
def area(client: Client) -> World:
    return once("area: economy", lambda: rent(build(client))).seen_by(client)


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


def drop(page: Page, *paths: Path) -> None:
    """Drag files and folders from the desktop and let go of them where the page says."""
    box = page.locator("#drop").bounding_box()
    assert box
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 10}
    carried = {"items": [], "files": list(map(str, paths)), "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "data": carried, **where})


def says(page: Page, text: str, seconds: int = 20) -> None:
    expect(page.locator("#state")).to_contain_text(text, timeout=1_000 * seconds)


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


@pytest.mark.parametrize(
    ("is_ticked", "there", "binned"),
    [(False, ["0 (2).bin", "0.bin"], 0), (True, ["0.bin"], 1)],
    ids=["both are kept", "replaced"],
)
def test_a_taken_name_gets_a_number_unless_it_is_to_be_replaced(
    context: BrowserContext,
    area: World,
    tmp_path: Path,
    is_ticked: bool,  # noqa: FBT001
    there: list[str],
    binned: int,
) -> None:
    held = shore(area)
    send(area, {"0.bin": b"old"})
    folder = chosen(tmp_path, held, 1)
    page = opened(context, held)
    page.set_checked("#replace", is_ticked)
    page.set_input_files("#files", folder / "0.bin")
    says(page, "All files are here")
    assert names(area) == there
    assert len(in_bin(area)) == binned


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


def test_what_is_dropped_is_sent_files_and_folders_alike(
    context: BrowserContext, area: World, tmp_path: Path
) -> None:
    held = shore(area)
    folder = chosen(tmp_path, held)
    note = tmp_path / "note.txt"
    note.write_bytes(b"dropped")
    held.files[hashlib.sha256(b"dropped").hexdigest()] = b"dropped"
    page = opened(context, held)
    drop(page, folder, note)
    says(page, "All files are here")
    assert names(area) == ["lecture/", "note.txt"]
    assert sorted(held.arrived) == sorted(held.files)


def test_progress_tells_of_each_file_and_of_all(
    context: BrowserContext, area: World, tmp_path: Path
) -> None:
    held = shore(area)
    folder = chosen(tmp_path, held)
    page = opened(context, held)
    held.room = 3
    drop(page, folder)
    says(page, "No connection")
    assert page.locator("#all").evaluate("each => each.value") == pytest.approx(0.5, abs=0.01)
    expect(page.locator("#sent li", has_text="has arrived")).to_have_count(3)
    held.room = 1_000
    says(page, "All files are here")
    assert page.locator("#all").evaluate("each => each.value") == 1
    expect(page.locator("#sent li", has_text="has arrived")).to_have_count(6)


def test_a_large_file_goes_on_with_the_parts_that_are_missing(
    context: BrowserContext, client: Client, tmp_path: Path
) -> None:
    world = rent(build(client), capacity_bytes=200_000_000)
    held = shore(world)
    film = tmp_path / "film.mp4"
    film.write_bytes(secrets.token_bytes(MULTIPART_BYTES + 1))
    held.holds_parts_of(film)
    page = opened(context, held)
    held.room = 2
    page.set_input_files("#files", film)
    says(page, "No connection", seconds=120)
    page.close()
    held.room = 1_000
    page = opened(context, held)
    page.set_input_files("#files", film)
    says(page, "All files are here", seconds=120)
    assert names(world) == ["film.mp4"]
    assert len(held.arrived) == 5
    assert sorted(held.arrived) == sorted(held.files)
