"""
No page keeps anybody out.

axe-core looks at each, in both languages, at three widths; by night at the colours, which are all
that is different then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Scene, Sit
from tests.browser.places import PLACES, Place, sign_in_page
from tests.support.chromium import COLOURS, SCREENSHOTS, barriers, hidden_width

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("portal")]

WIDTHS = (360, 768, 1440)


def found(page: Page, name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what keeps somebody out of *page*, by width, by day and by night."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light")
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        too_wide = ["wider than its window"] if hidden_width(page) > 0 else []
        yield f"{width}", barriers(page) + too_wide
        page.emulate_media(color_scheme="dark")
        yield f"{width}-dark", barriers(page, COLOURS)
    page.screenshot(path=SCREENSHOTS / f"{name}-dark.png", full_page=True)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("show", PLACES, ids=lambda show: show.__name__)
def test_a_page_has_no_barrier(
    sit: Sit,
    show: Place,
    language: str,
    record_property: Callable[[str, object], None],
) -> None:
    surfer = sit(locale={"ja": "ja-JP", "en": "en-GB"}[language], java_script_enabled=True)
    show(surfer)
    looks = dict(found(surfer.page, f"{show.__name__}-{language}"))
    assert {look: each for look, each in looks.items() if each} == {}
    record_property("axe", len(looks))
    assert surfer.strangers == []
    assert surfer.failures == []
    assert surfer.page.get_attribute("html", "lang") == language


def test_a_barrier_would_be_found(sit: Sit) -> None:
    surfer = sit(java_script_enabled=True)
    sign_in_page(surfer)
    surfer.page.evaluate("document.querySelector('label').remove()")
    assert any("label" in each for each in barriers(surfer.page))


def test_a_page_prints_without_what_only_a_screen_needs(sit: Sit, scene: Scene) -> None:  # noqa: ARG001
    surfer = sit()
    surfer.sign_in("doctor")
    surfer.page.emulate_media(media="print")
    surfer.page.screenshot(path=SCREENSHOTS / "print.png", full_page=True)
    assert not surfer.page.is_visible("text=Sign out")
    assert surfer.page.is_visible("text=内視鏡室")
