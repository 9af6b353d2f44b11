"""Pages of the provider's box keep nobody out, on a phone, at a desk, by day and by night."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from chalicelib.access.model import Role
from tests.browser.capture_scene import surfing
from tests.inquiries.box_scene import NOW, answer, collect, file, route
from tests.inquiries.desk_scene import a_department
from tests.support.chromium import COLOURS, barriers, hidden_width
from tests.support.visitor import Visitor, signed_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.usefixtures("aws"),
]
BOX = "/portal/inquiry-box"


def at_box(language: str) -> tuple[Visitor, str]:
    """Return an operator before a box with two inquiries, and the id of the one to be routed."""
    visitor = signed_in(Role.OPERATOR)
    visitor.language = language
    desk = a_department("画像課").department_id
    answer(route(collect(file("転送に失敗", subject="転送")), desk), "再送してください", at=NOW)
    return visitor, collect(file("画像が暗い", subject="A picture is dark")).inquiry_id


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", ["", "/analysis?month=2026-11&facility=facility-1", "/{}"])
def test_a_page_of_the_box_has_no_barrier(browser: Browser, path: str, language: str) -> None:
    visitor, inquiry_id = at_box(language)
    visitor.get(BOX + path.format(inquiry_id))
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    surfing(page, visitor)
    page.goto("https://hokan.example/shown")
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert barriers(page) == [], (path, width)
        assert hidden_width(page) <= 0, (path, width)
    page.emulate_media(color_scheme="dark")
    assert barriers(page, COLOURS) == [], (path, "dark")
    context.close()
