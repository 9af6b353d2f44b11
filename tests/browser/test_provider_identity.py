"""The provider sees itself as patients do: the policy of the page lets the logo appear."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from chalicelib.access.model import Role
from chalicelib.patient_charts.page.sheet import Identity
from chalicelib.patient_charts.provider import identities, logos
from tests.browser.test_billing_barriers import opened
from tests.patient_charts.test_identity import OPERATOR, PATH, a_logo
from tests.support.chromium import SCREENSHOTS, barriers, hidden_width
from tests.support.visitor import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]
SHOWN = "document.querySelector('.letterhead img').naturalWidth"


@pytest.fixture
def provider(world: object) -> None:  # noqa: ARG001 - it makes the tables
    """A provider with a logo and a long name."""
    name = "あさひ医療画像データ保管サービス株式会社"
    contact = "電話 03-0000-0000\n平日 9時から17時\n東京都千代田区一番町1番地 青葉ビル4階"
    logo = logos.data_url(a_logo(size=(400, 90)))
    identities.replace(OPERATOR, 0, Identity(name=name, contact=contact, logo=logo))


@pytest.mark.usefixtures("provider")
def test_the_logo_appears_under_the_pages_own_policy(browser: Browser) -> None:
    visitor = signed_in(Role.OPERATOR)
    visitor.get(PATH)
    page = browser.new_context().new_page()
    opened(page, visitor)
    assert page.evaluate(SHOWN) == 400


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_keeps_nobody_out(browser: Browser, language: str) -> None:
    visitor = signed_in(Role.OPERATOR)
    visitor.language = language
    visitor.get(PATH)
    page = browser.new_context(bypass_csp=True).new_page()
    opened(page, visitor)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENSHOTS / f"identity-{language}-{width}.png", full_page=True)
        assert barriers(page) == [], width
        assert hidden_width(page) <= 0, width
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == []
