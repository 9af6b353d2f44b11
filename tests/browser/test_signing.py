"""A contract is signed in a real browser: in few clicks, without JavaScript, by keyboard alone."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from infra.staff import add_person, replace_password
from tests.browser.conftest import Scene, Sit, Surfer
from tests.browser.test_sign_in import CHOSEN, GIVEN

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("portal")]

MOST_CLICKS = 4


@pytest.fixture
def target(scene: Scene) -> str:
    """A target of its own for each test, without a contract; its name."""
    name = f"Room {secrets.token_hex(3)}"
    scene.admin.post("/targets", {"name": name, "kind": "mass_storage"})
    return name


def signing(surfer: Surfer, target: str) -> None:
    surfer.sign_in("admin")
    surfer.page.click(f"text=Sign a contract: {target}")


def price(surfer: Surfer) -> str:
    return surfer.page.inner_text("#price .total dd")


def test_a_contract_is_signed_in_few_clicks_without_javascript(
    sit: Sit, target: str, record_property: Callable[[str, object], None]
) -> None:
    surfer, clicks = sit(), 0
    surfer.sign_in("admin")
    for what in (f"text=Sign a contract: {target}", "button[value=check]", "button[value=sign]"):
        surfer.page.click(what)
        clicks += 1
    assert clicks <= MOST_CLICKS
    record_property("clicks", clicks)
    assert surfer.heading == target
    assert "signed and in force" in surfer.page.inner_text("[role=status]")
    assert surfer.strangers == []


def test_a_newcomer_comes_in_and_signs_without_javascript(sit: Sit, scene: Scene) -> None:
    stack, mark = scene.stack, secrets.token_hex(3)
    facility_id = scene.operator.post("/facilities", {"name": f"Clinic {mark}"})["facility_id"]
    email = f"first-{mark}@aoba.example"
    add_person(stack.session, stack.outputs, email, "facility-admins", facility_id)
    replace_password(stack.session, stack.outputs, email, GIVEN)
    surfer = sit()
    surfer.open("/portal/sign-in")
    surfer.type_in(email, GIVEN)
    surfer.page.fill("#password", CHOSEN)
    surfer.page.fill("#again", CHOSEN)
    surfer.page.click("main button")
    surfer.page.click("main >> text=Add a target")
    surfer.page.fill("#name", "Endoscopy")
    surfer.page.click("main form button")
    surfer.page.click("main >> text=Sign a contract")
    surfer.page.click("button[value=check]")
    surfer.page.click("button[value=sign]")
    assert "signed and in force" in surfer.page.inner_text("[role=status]")


def test_a_price_is_shown_on_a_button_without_javascript(sit: Sit, target: str) -> None:
    surfer = sit()
    signing(surfer, target)
    assert price(surfer) == "11,000 yen"
    surfer.page.click("#term-monthly")
    surfer.page.fill("#capacity", "3")
    surfer.page.select_option("#capacity_unit", "blocks")
    surfer.page.click("button[value=price]")
    assert price(surfer) == "3,300 yen"
    assert surfer.page.is_checked("#term-monthly")


def test_a_price_follows_the_answers_with_javascript(sit: Sit, target: str) -> None:
    surfer = sit(java_script_enabled=True)
    signing(surfer, target)
    surfer.page.click("#term-monthly")
    surfer.page.wait_for_function(
        "() => document.querySelector('#price .total dd').innerText === '1,100 yen'"
    )
    surfer.page.fill("#capacity", "nonsense")
    surfer.page.press("#capacity", "Tab")
    surfer.page.wait_for_selector("#price >> text=once the answers are correct")
    assert surfer.page.input_value("#capacity") == "nonsense"
    assert surfer.strangers == []


def test_an_answer_is_changed_on_the_way_back_without_losing_another(sit: Sit, target: str) -> None:
    surfer = sit()
    signing(surfer, target)
    surfer.page.fill("#at", "3:30")
    surfer.page.click("#patients-listed")
    surfer.page.fill("#patient_ids", "P-1\nP-2")
    surfer.page.click("button[value=check]")
    assert "Every night at 03:30" in surfer.page.inner_text(".answers")
    surfer.page.click("text=Change: Capacity")
    assert surfer.page.url.endswith("#capacity")
    assert surfer.page.input_value("#patient_ids") == "P-1\nP-2"
    surfer.page.fill("#capacity", "200")
    surfer.page.click("button[value=check]")
    answers = surfer.page.inner_text(".answers")
    assert "200 GB" in answers
    assert "Only the 2 patients listed" in answers
    assert "P-1" not in surfer.page.url


def test_a_wrong_answer_is_said_above_and_at_its_field(sit: Sit, target: str) -> None:
    surfer = sit()
    signing(surfer, target)
    surfer.page.fill("#term_count", "many")
    surfer.page.click("button[value=check]")
    assert surfer.page.title().startswith("Error: ")
    surfer.page.click("[role=alert] a")
    assert surfer.page.evaluate("document.activeElement.id") == "term_count"
    assert surfer.page.input_value("#term_count") == "many"
    described = surfer.page.get_attribute("#term_count", "aria-describedby") or ""
    assert "term_count-wrong" in described.split()


def test_a_contract_is_signed_by_keyboard_alone(sit: Sit, target: str) -> None:
    surfer = sit()
    surfer.sign_in("admin")
    press = surfer.page.keyboard.press

    def go_to(wanted: str) -> None:
        surfer.page.wait_for_load_state()  # a browser drops keys until it has drawn the page
        for _ in range(80):
            press("Tab")
            found = surfer.page.evaluate(
                "() => { const e = document.activeElement; return e.value || e.innerText }"
            )
            if wanted in str(found):
                return
        raise AssertionError(f"no way to {wanted} by keyboard")

    go_to(target)
    press("Enter")
    surfer.page.wait_for_selector("button[value=check]")
    go_to("annual")
    press("ArrowDown")
    assert surfer.page.is_checked("#term-monthly")
    go_to("check")
    press("Enter")
    surfer.page.wait_for_selector("button[value=sign]")
    assert "Monthly" in surfer.page.inner_text(".answers")
    go_to("sign")
    press("Enter")
    surfer.page.wait_for_selector("[role=status]")
    assert "signed and in force" in surfer.page.inner_text("[role=status]")


def test_what_the_provider_declines_comes_back_with_its_reason(sit: Sit, target: str) -> None:
    surfer, provider = sit(), sit()
    signing(surfer, target)
    surfer.page.click("main summary")
    surfer.page.fill("#unit_price_yen", "800")
    surfer.page.click("button[value=check]")
    surfer.page.click("button[value=sign]")
    assert "once the provider has accepted it" in surfer.page.inner_text("[role=status]")
    provider.sign_in("operator")
    provider.page.click("text=To accept")
    waits = provider.page.locator("section", has_text=target)
    waits.locator("textarea").fill("The price book holds for everybody.")
    waits.get_by_role("button", name="Decline").click()
    assert "The facility reads why" in provider.page.inner_text("[role=status]")
    surfer.page.reload()
    assert "The price book holds for everybody." in surfer.page.inner_text("main")
