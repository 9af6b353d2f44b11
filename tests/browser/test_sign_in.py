"""Into the portal and out again, in a real browser with JavaScript switched off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator

from infra.local.__main__ import description
from infra.local.accounts import have_some, kept
from infra.staff import add_person, forget_phone, replace_password, set_password
from tests.browser.conftest import Scene, Sit, Surfer
from tests.support.pool import code_of

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("portal")]

FIRST_PAGES = {
    "operator": "Facilities",
    "admin": "青葉内視鏡クリニック",
    "doctor": "青葉内視鏡クリニック",
}


@pytest.mark.parametrize("who", FIRST_PAGES)
def test_everybody_signs_in_and_sees_their_own_first_page(sit: Sit, who: str) -> None:
    surfer = sit()
    surfer.sign_in(who)
    assert surfer.heading == FIRST_PAGES[who]
    assert surfer.scene.person(who).email in surfer.page.inner_text("header")
    assert surfer.strangers == []


# Others add targets of their own meanwhile.
TARGETS = {"内視鏡室": "In order", "X-ray": "With the provider", "超音波検査室": "No contract"}


def target_of(surfer: Surfer, name: str) -> Locator:
    heading = surfer.page.get_by_role("heading", name=name, exact=True)
    return surfer.page.locator("section.target", has=heading)


def standing_of(surfer: Surfer, name: str) -> Locator:
    return target_of(surfer, name).locator(".chip")


def test_a_facility_sees_how_its_targets_stand(sit: Sit) -> None:
    surfer = sit()
    surfer.sign_in("admin")
    chips = {name: standing_of(surfer, name).inner_text() for name in TARGETS}
    assert chips == TARGETS
    figures = target_of(surfer, "内視鏡室").locator(".figures").inner_text()
    assert "42 images" in figures
    assert "420 kB of 1.00 MB" in figures


def test_the_provider_sees_what_waits(sit: Sit) -> None:
    surfer = sit()
    surfer.sign_in("operator")
    row = surfer.page.locator("li", has_text="青葉内視鏡クリニック").first
    assert re.search(r"\d+ contracts? in force · 1 waits", row.inner_text())
    assert row.locator(".chip").inner_text() == "Waits for you"


def test_the_session_is_a_cookie_for_this_host_alone(sit: Sit) -> None:
    surfer = sit()
    surfer.sign_in("doctor")
    (cookie,) = surfer.context.cookies()
    assert cookie["name"] == "__Host-sid"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["expires"]) == ("/", -1)


def test_a_wrong_password_is_said_and_lets_nobody_in(sit: Sit) -> None:
    surfer = sit()
    surfer.sign_in("doctor", "wrong")
    assert "password is wrong" in surfer.page.inner_text("[role=alert]")
    assert surfer.page.title() == "Error: Sign in | Hokan"
    surfer.open("/portal")
    assert surfer.heading == "Sign in"


def test_who_signs_in_late_comes_where_they_wanted_to_go(sit: Sit) -> None:
    surfer = sit()
    surfer.open("/portal/authenticator")
    doctor = surfer.scene.doctor
    surfer.type_in(doctor.email, doctor.password)
    assert surfer.heading == "Authenticator"


def test_signing_out_ends_it(sit: Sit) -> None:
    surfer = sit()
    surfer.sign_in("doctor")
    surfer.page.click("text=Sign out")
    assert "You have signed out." in surfer.page.inner_text("[role=status]")
    surfer.page.go_back()
    surfer.open("/portal")
    assert surfer.heading == "Sign in"


def test_the_language_is_switched_and_stays(sit: Sit) -> None:
    surfer = sit()
    surfer.sign_in("doctor")
    surfer.page.click("text=日本語")
    assert surfer.page.get_attribute("html", "lang") == "ja"
    assert "次にすること" in surfer.page.inner_text("main")
    surfer.open("/portal/authenticator")
    assert surfer.heading == "認証アプリ"
    surfer.page.click("text=English")
    assert surfer.heading == "Authenticator"


def test_a_japanese_browser_gets_japanese(sit: Sit) -> None:
    surfer = sit(locale="ja-JP")
    surfer.open("/portal")
    assert surfer.heading == "サインイン"


def test_the_accounts_that_make_local_prints_can_sign_in(sit: Sit, scene: Scene) -> None:
    have_some(scene.stack)
    printed = description(scene.stack)
    assert scene.stack.portal_url in printed
    for account in kept(scene.stack):
        assert account.password in printed
        surfer = sit()
        surfer.open("/portal/sign-in")
        surfer.type_in(account.email, account.password)
        assert surfer.heading in {"Facilities", "Kawabe Clinic"}
    assert len(kept(scene.stack)) == 3


# --- by keyboard alone -------------------------------------------------------------------------


def focused(surfer: Surfer) -> str:
    """Return what has the focus, in words."""
    return str(
        surfer.page.evaluate(
            "() => { const e = document.activeElement;"
            " return e.id || e.innerText || e.getAttribute('aria-label') }"
        )
    ).strip()


def ring(surfer: Surfer) -> tuple[str, str]:
    """Return the outline of what has the focus: its width and colour."""
    found = surfer.page.evaluate(
        "() => { const s = getComputedStyle(document.activeElement);"
        " return [s.outlineWidth, s.outlineColor] }"
    )
    return found[0], found[1]


def test_the_portal_is_walked_by_keyboard_alone(sit: Sit) -> None:
    surfer = sit(java_script_enabled=True)
    doctor = surfer.scene.doctor
    surfer.open("/portal/sign-in")
    press, write = surfer.page.keyboard.press, surfer.page.keyboard.type
    press("Tab")
    assert (focused(surfer), *ring(surfer)) == ("Skip to the content", "4px", "rgb(0, 0, 0)")
    assert surfer.page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    press("Enter")
    press("Tab")
    assert focused(surfer) == "account"
    write(doctor.email)
    press("Tab")
    write(doctor.password)
    press("Enter")
    surfer.page.wait_for_url("**/portal")
    met: list[str] = []
    while "Set up an authenticator" not in met:
        press("Tab")
        met.append(focused(surfer))
        assert ring(surfer)[0] == "4px", met
        assert len(met) < 30, met
    head = ["Skip to the content", "Hokan 保管", "日本語", "Authenticator", "Sign out"]
    menu = surfer.page.locator(".menu a").all_inner_texts()
    assert met == [*head, *menu, "Set up an authenticator"]
    assert menu[:2] == ["Home", "Targets and contracts"]
    for _ in range(len(menu) + 1):
        press("Shift+Tab")
    press("Enter")
    surfer.page.wait_for_url("**/sign-in?why=signed-out")


# --- first passwords and second factors --------------------------------------------------------


GIVEN, CHOSEN = "given by the provider", "chosen by themselves"


def newcomer(scene: Scene, mark: str) -> str:
    """Add an operator without a password of their own; return their address."""
    email = f"{mark}-{scene.operator.email}"
    add_person(scene.stack.session, scene.stack.outputs, email, "operators")
    replace_password(scene.stack.session, scene.stack.outputs, email, GIVEN)
    return email


def test_a_newcomer_chooses_a_password(sit: Sit, scene: Scene) -> None:
    surfer, email = sit(), newcomer(scene, "first")
    surfer.open("/portal/sign-in")
    surfer.type_in(email, GIVEN)
    assert surfer.heading == "Choose a password"
    surfer.page.fill("#password", CHOSEN)
    surfer.page.fill("#again", CHOSEN)
    surfer.page.click("main button")
    assert surfer.heading == "Facilities"


def set_up_authenticator(surfer: Surfer) -> str:
    """Do what the page says; return the secret."""
    secret = surfer.page.inner_text(".secret").replace(" ", "")
    surfer.page.fill("#code", code_of(secret))
    surfer.page.click("main button")
    return secret


def test_an_authenticator_is_set_up_and_asked_for_from_then_on(sit: Sit, scene: Scene) -> None:
    surfer, email = sit(), newcomer(scene, "second")
    set_password(scene.stack.session, scene.stack.outputs, email, CHOSEN)
    surfer.open("/portal/sign-in")
    surfer.type_in(email, CHOSEN)
    surfer.page.click("text=Set up an authenticator")
    surfer.page.fill("#password", CHOSEN)
    surfer.page.click("main button")
    assert surfer.page.locator(".qr svg").bounding_box()["width"] > 100  # type: ignore[index]
    secret = set_up_authenticator(surfer)
    assert surfer.heading == "Facilities"

    other = sit()
    other.open("/portal/sign-in")
    other.type_in(email, CHOSEN)
    assert other.heading == "Type the code"
    other.page.fill("#code", "000000")
    other.page.click("main button")
    assert "code is wrong" in other.page.inner_text("[role=alert]")
    other.page.fill("#code", code_of(secret))
    other.page.click("main button")
    assert other.heading == "Facilities"

    forget_phone(scene.stack.session, scene.stack.outputs, email)
    again = sit()
    again.open("/portal/sign-in")
    again.type_in(email, CHOSEN)
    assert again.heading == "Facilities"


def test_where_two_factors_are_required_nobody_comes_in_with_one(sit: Sit, scene: Scene) -> None:
    scene.stack._change({"RequireMfa": "true"})
    try:
        surfer = sit()
        surfer.sign_in("operator")
        assert surfer.heading == "Set up your authenticator"
        surfer.open("/portal")
        assert surfer.heading == "Sign in"
    finally:
        scene.stack._change({"RequireMfa": "false"})
