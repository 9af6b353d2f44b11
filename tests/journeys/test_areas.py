"""
An area is offered, rented, filled, used and shared, all of it in a real browser.

On the packaged stack: each byte goes from Chromium to where the storage really is, as far as the
page's own policy and the bucket's rules for other origins let it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from infra.local.people import Person
from infra.local.stack import LocalStack
from tests.browser.capture_scene import a_photo
from tests.journeys.conftest import Facility, Founding
from tests.support.chromium import chromium

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

AREA = "講義 2026"
PATIENCE = 60_000  # milliseconds, on a busy machine

POSTED = """async (address) => {
  const csrf = document.querySelector("[name=csrf]").value;
  const body = new URLSearchParams({ csrf, name: "other.jpg" });
  return (await fetch(address, { method: "POST", body })).status;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Desk:
    """Somebody at a computer, signed in."""

    def __init__(self, browser: Browser, person: Person, stack: LocalStack) -> None:
        self.person, self.stack = person, stack
        self.context: BrowserContext = browser.new_context(locale="en-GB")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(stack.portal_url)
        self.page.fill("#account", person.email)
        self.page.fill("#password", person.password)
        self.page.click("main button")

    def open(self, path: str) -> None:
        self.page.goto(self.stack.portal_url + path)

    def menu(self, label: str) -> None:
        self.page.locator("nav.menu").get_by_role("link", name=label, exact=True).click()

    def says(self, text: str) -> None:
        expect(self.page.locator("main [role=status]").first).to_contain_text(text)

    def about(self, name: str) -> None:
        """Open the page of a file in the folder that is shown."""
        self.page.locator("tr", has_text=name).locator(".more").click()

    def download(self) -> tuple[str, bytes]:
        """Return the name a file is saved under, and its bytes."""
        button = self.page.get_by_role("button", name="Download")
        expect(button).to_be_visible()
        self.page.wait_for_load_state()  # and with it the script that names the file
        with self.page.expect_download() as saved:
            button.click()
        return saved.value.suggested_filename, Path(saved.value.path()).read_bytes()


def offer(operator: Desk, gigabytes: str, sizes: str) -> None:
    """Set a region aside for each class, and offer sizes."""
    operator.open("/provider/regions")
    operator.page.fill("#economy", gigabytes)
    operator.page.fill("#deluxe", gigabytes)
    operator.page.fill("#sizes", sizes)
    operator.page.locator("main form button").click()
    operator.says("Saved.")


def rent(admin: Desk) -> None:
    """Go from the list of areas to a new one that is rented."""
    page = admin.page
    admin.menu("Areas")
    page.click("text=Rent an area")
    page.fill("#name", AREA)
    page.click("main form button")
    page.select_option("#capacity", "2")
    page.click("button[value=check]")
    page.click("button[value=sign]")
    admin.says("signed and in force")
    admin.menu("Areas")
    page.click(f"main >> text={AREA}")


def give(admin: Desk, doctor: Person, right: str) -> None:
    admin.page.click("text=Who may use it")
    row = admin.page.locator("li", has_text=doctor.email)
    row.locator("select").select_option(right)
    row.get_by_role("button").click()
    admin.says("They have this right now.")
    admin.page.click("text=Files and folders")


def send(desk: Desk, *paths: Path) -> None:
    """Choose files, and see them in the folder once they are there."""
    desk.page.wait_for_selector("[data-ready]")
    desk.page.set_input_files("#files", list(paths))
    expect(desk.page.locator("#state")).to_have_text("All files are here.", timeout=PATIENCE)
    desk.page.click("#look")
    desk.says("What you sent is here.")


@pytest.fixture
def facility(found: Founding) -> Facility:
    return found(None)


@pytest.fixture
def operator(browser: Browser, facility: Facility) -> Iterator[Desk]:
    """The provider, who offers nothing in particular any more when a test is over."""
    desk = Desk(browser, facility.operator, facility.stack)
    yield desk
    offer(desk, "", "")
    desk.context.close()


@pytest.fixture
def admin(browser: Browser, facility: Facility) -> Iterator[Desk]:
    desk = Desk(browser, facility.admin, facility.stack)
    yield desk
    desk.context.close()


@pytest.fixture
def doctor(browser: Browser, facility: Facility) -> Iterator[Desk]:
    email = f"doctor-{secrets.token_hex(4)}@kawabe.example"
    person = Person(facility.stack, email, "doctors", facility.facility_id)
    desk = Desk(browser, person, facility.stack)
    yield desk
    desk.context.close()


def test_an_area_is_rented_filled_used_and_read_by_a_colleague(
    operator: Desk, admin: Desk, doctor: Desk, tmp_path: Path
) -> None:
    photo = tmp_path / "胃カメラ 1.jpg"
    photo.write_bytes(a_photo())
    offer(operator, "1000", "2\n5")
    rent(admin)
    give(admin, doctor.person, "read")
    send(admin, photo)

    admin.about(photo.name)
    assert admin.download() == (photo.name, photo.read_bytes())
    admin.page.click("text=Preview")
    shown = admin.page.locator(".looked img")
    assert shown.evaluate("each => each.decode().then(() => each.naturalWidth)") == 640
    admin.page.click("text=Back to the file")
    admin.page.fill("#name", "stomach.jpg")
    admin.page.get_by_role("button", name="Rename").click()
    admin.says("It has its new name.")
    admin.page.get_by_role("button", name="Put into the bin").click()
    admin.says("It lies in the bin now")
    expect(admin.page.get_by_text("Nothing is here yet.")).to_be_visible()
    admin.page.get_by_role("link", name="Bin", exact=True).click()
    admin.page.get_by_role("button", name="Take back").click()
    admin.says("It is back here.")

    doctor.menu("Areas")
    doctor.page.click(f"main >> text={AREA}")
    expect(doctor.page.locator("#sender")).to_have_count(0)
    doctor.about("stomach.jpg")
    name, body = doctor.download()
    assert name == "stomach.jpg"
    assert hashlib.sha256(body).digest() == hashlib.sha256(photo.read_bytes()).digest()
    expect(doctor.page.get_by_role("button", name="Rename")).to_have_count(0)
    assert is_refused(doctor)


def is_refused(doctor: Desk) -> bool:
    """Whether who may only read is refused who writes all the same, as no page of ours does."""
    address = doctor.page.url.partition("?")[0] + "/rename"
    return bool(doctor.page.evaluate(POSTED, address) == 403)


def test_who_has_no_right_reads_what_is_shared_and_nothing_else(
    operator: Desk, admin: Desk, doctor: Desk, tmp_path: Path
) -> None:
    shared, kept = tmp_path / "shared.txt", tmp_path / "kept.txt"
    shared.write_bytes(b"for a colleague")
    kept.write_bytes(b"for nobody else")
    offer(operator, "1000", "2")
    rent(admin)
    send(admin, shared, kept)
    folder = admin.page.url.partition("?")[0]
    admin.about(shared.name)
    admin.page.select_option("#person", label=doctor.person.email)
    admin.page.get_by_role("button", name="Share", exact=True).click()
    admin.says("It is shared.")

    doctor.menu("Areas")
    doctor.page.click("main >> text=Shared with me")
    expect(doctor.page.locator("main li")).to_have_count(1)
    doctor.page.click(f"text={shared.name}")
    assert doctor.download() == (shared.name, b"for a colleague")
    found = doctor.page.goto(folder)
    assert found
    assert found.status == 404
