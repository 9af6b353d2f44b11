"""Pages of a facility's inquiries keep nobody out, on a phone, at a desk, by day and by night."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.capture_scene import looked_at
from tests.inquiries import scene
from tests.inquiries.asked import INQUIRIES, NEW, at_inquiries, filed_by, form_on, latest
from tests.support.visitor import Visitor
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

Show = Callable[[World, str], Visitor]
PAGES: dict[str, Show] = {}


def shown(show: Show) -> Show:
    PAGES[show.__name__] = show
    return show


@shown
def nothing_asked_yet(world: World, language: str) -> Visitor:
    return at_inquiries(world, language)


@shown
def a_list(world: World, language: str) -> Visitor:
    visitor = at_inquiries(world, language)
    filed_by(visitor)
    scene.asked_back(scene.routed(latest(world)))
    filed_by(visitor)
    scene.answered(latest(world))
    filed_by(visitor)
    visitor.get(INQUIRIES)
    return visitor


@shown
def a_new_one_about_an_image(world: World, language: str) -> Visitor:
    visitor = at_inquiries(world, language)
    sha256 = "ab" * 32
    visitor.get(f"{NEW}?target={world.target_id}&examination=examination-1&sha256={sha256}")
    return visitor


@shown
def refused_with_a_file(world: World, language: str) -> Visitor:
    visitor = at_inquiries(world, language)
    waiting = scene.sent(scene.doctor(world), "検査の様子.pdf")
    fields = form_on(visitor) | {"text": " ", f"file-{waiting}": waiting}
    visitor.upload(NEW, fields, {})
    return visitor


@shown
def just_filed(world: World, language: str) -> Visitor:
    visitor = at_inquiries(world, language)
    visitor.get(f"{filed_by(visitor)}?done=filed")
    return visitor


@shown
def asked_back(world: World, language: str) -> Visitor:
    visitor = at_inquiries(world, language)
    path = filed_by(visitor)
    scene.asked_back(scene.routed(latest(world)))
    visitor.get(path)
    return visitor


@shown
def answered(world: World, language: str) -> Visitor:
    visitor = at_inquiries(world, language)
    waiting = scene.sent(scene.doctor(world))
    fields = form_on(visitor) | {f"file-{waiting}": waiting}
    path = visitor.upload(NEW, fields, {}).location.partition("?")[0]
    scene.answered(latest(world))
    visitor.get(path)
    return visitor


@shown
def withdrawn(world: World, language: str) -> Visitor:
    visitor = at_inquiries(world, language)
    path = filed_by(visitor)
    visitor.get(path)
    visitor.send(f"{path}/withdraw")
    return visitor


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_inquiries_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    looked_at(browser, PAGES[name](world, language), f"inquiries-{name}", language)
