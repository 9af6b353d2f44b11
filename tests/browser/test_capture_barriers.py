"""Pages of captures keep nobody out, on a phone, at a doctor's computer, by day and by night."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.capture_scene import a_photo, looked_at
from tests.buffer.scene import a_camera, doctor, send
from tests.buffer.visiting import CAPTURES, at_captures, paired, phone_with
from tests.support.visitor import Visitor
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

Show = Callable[[World, str], Visitor]
PAGES: dict[str, Show] = {}


def shown(show: Show) -> Show:
    PAGES[show.__name__] = show
    return show


def computer(world: World, language: str) -> Visitor:
    visitor = at_captures(world)
    visitor.language = language
    return visitor


def came(world: World, count: int = 3) -> dict[str, str]:
    """Let pictures come; return the fields that tick them."""
    found = [send(a_camera(doctor(world)), a_photo()) for _ in range(count)]
    return {f"capture-{each}": each for each in found}


@shown
def a_phone_that_is_not_paired(world: World, language: str) -> Visitor:  # noqa: ARG001
    phone = Visitor(language=language)
    phone.get("/capture")
    return phone


@shown
def a_phone_with_a_wrong_code(world: World, language: str) -> Visitor:  # noqa: ARG001
    return phone_with("2222-2222-2222", language)


@shown
def a_paired_phone(world: World, language: str) -> Visitor:
    return paired(computer(world, language))


@shown
def a_phone_that_left(world: World, language: str) -> Visitor:
    phone = paired(computer(world, language))
    phone.send("/capture/leave")
    return phone


@shown
def a_phone_with_an_old_form(world: World, language: str) -> Visitor:
    phone = paired(computer(world, language))
    phone.post("/capture/leave", {"csrf": "old"})
    return phone


@shown
def nothing_came(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    visitor.get(CAPTURES)
    return visitor


@shown
def a_code_is_shown(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    visitor.submit(f"{CAPTURES}/pair")
    return visitor


@shown
def pictures_came(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    paired(visitor)
    came(world)
    send(a_camera(doctor(world), "camera-3"), bytes(128) + b"DICM")
    visitor.get(f"{CAPTURES}?done=kept")
    return visitor


@shown
def nothing_is_ticked(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    came(world)
    visitor.submit(f"{CAPTURES}/choose", step="keep")
    return visitor


@shown
def a_device_is_enrolled(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    visitor.submit(f"{CAPTURES}/devices/code")
    return visitor


@shown
def asked_before_dropping(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    visitor.submit(f"{CAPTURES}/choose", step="drop", **came(world))
    return visitor


@shown
def asked_where_to(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    visitor.submit(f"{CAPTURES}/choose", step="keep", **came(world))
    return visitor


@shown
def a_patient_is_found(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    form = {"target": world.target_id, "step": "keep", "of": "new", "new_id": "10"}
    more = {"new_name": "山田 太郎", "description": "EGD", "examined_on": "2026-04-01"}
    visitor.submit(f"{CAPTURES}/keep", **form, **more, **came(world, 1))
    form = {"target": world.target_id, "step": "find", "patient": "10"}
    visitor.submit(f"{CAPTURES}/keep", **form, **came(world))
    return visitor


@shown
def a_new_patient_without_a_number(world: World, language: str) -> Visitor:
    visitor = computer(world, language)
    form = {"target": world.target_id, "step": "keep", "of": "new", "patient": "10"}
    visitor.submit(f"{CAPTURES}/keep", **form, **came(world))
    return visitor


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_captures_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    looked_at(browser, PAGES[name](world, language), f"captures-{name}", language)
