"""
No page keeps anybody out.

axe-core looks at each, in both languages, at three widths, by day and by night.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page

from infra.local.people import Person
from tests.browser.conftest import Scene, Sit, Surfer
from tests.browser.test_sign_in import GIVEN, newcomer
from tests.purges.scene import a_certificate
from tests.support.chromium import SCREENSHOTS, barriers, hidden_width

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("ministack")]

WIDTHS = (360, 768, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def sign_in_page(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in")


def signed_out(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in?why=signed-out")


def session_ended(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in?why=ended")


def refused(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in")
    surfer.type_in("nobody@hokan.example", "wrong")


def new_password(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in")
    surfer.type_in(newcomer(surfer.scene, f"n-{id(surfer)}"), GIVEN)


def not_found(surfer: Surfer) -> None:
    surfer.open("/static/none.css")


def home_of_operator(surfer: Surfer) -> None:
    surfer.sign_in("operator")


def home_of_admin(surfer: Surfer) -> None:
    surfer.sign_in("admin")


def home_of_doctor(surfer: Surfer) -> None:
    surfer.sign_in("doctor")


def authenticator(surfer: Surfer) -> None:
    surfer.sign_in("doctor")
    surfer.open("/portal/authenticator")


def new_authenticator(surfer: Surfer) -> None:
    authenticator(surfer)
    surfer.page.fill("#password", surfer.scene.doctor.password)
    surfer.page.click("main button")


def targets(surfer: Surfer) -> None:
    surfer.sign_in("admin")
    surfer.open("/portal/targets")


def signing(surfer: Surfer) -> None:
    surfer.sign_in("admin")
    surfer.page.locator("main a[href*='/sign']").first.click()


def signing_refused(surfer: Surfer) -> None:
    signing(surfer)
    surfer.page.fill("#term_count", "many")
    surfer.page.fill("#capacity", "0")
    surfer.page.fill("#at", "late")
    surfer.page.click("button[value=check]")


def checking(surfer: Surfer) -> None:
    signing(surfer)
    surfer.page.click("button[value=check]")


def contract(surfer: Surfer) -> None:
    targets(surfer)
    surfer.page.locator("main a[href*='/contracts/']").first.click()


def proposed_contract(surfer: Surfer) -> None:
    targets(surfer)
    surfer.page.locator("section", has_text="X-ray").locator("a[href*='/contracts/']").click()


def changing(surfer: Surfer) -> None:
    contract(surfer)
    surfer.page.click("main a[href$='/change']")


def checking_a_change(surfer: Surfer) -> None:
    changing(surfer)
    surfer.page.fill("#capacity", "300")
    surfer.page.click("button[value=check]")


def renewing(surfer: Surfer) -> None:
    contract(surfer)
    surfer.page.click("main a[href$='/renewal']")


def paused_contract(surfer: Surfer) -> None:
    contract(surfer)
    if surfer.page.locator("form[action$='/pause']").count():  # once is enough
        surfer.page.click("form[action$='/pause'] button")


def resumed_contract(surfer: Surfer) -> None:
    paused_contract(surfer)
    surfer.page.click("form[action$='/resume'] button")


def cancelling(surfer: Surfer) -> None:
    contract(surfer)
    surfer.page.click("main a[href$='/cancel']")


def confirming_a_cancellation(surfer: Surfer) -> None:
    cancelling(surfer)
    surfer.page.click("#policy-short_rate")
    surfer.page.click("main button")


def accepting(surfer: Surfer) -> None:
    surfer.sign_in("operator")
    surfer.open("/portal/accepting")


def facilities(surfer: Surfer) -> None:
    surfer.sign_in("operator")
    surfer.open("/portal/facilities")


def one_facility(surfer: Surfer) -> None:
    facilities(surfer)
    surfer.page.click("text=青葉内視鏡クリニック")


def people(surfer: Surfer) -> None:
    surfer.sign_in("admin")
    surfer.open("/portal/people")


def no_address(surfer: Surfer) -> None:
    people(surfer)
    surfer.page.fill("#account", "nobody@nowhere")
    surfer.page.click("main button")


def person(surfer: Surfer) -> None:
    people(surfer)
    surfer.page.click(f"text={surfer.scene.doctor.email}")


def oneself(surfer: Surfer) -> None:
    people(surfer)
    surfer.page.click(f"main >> text={surfer.scene.admin.email}")


def given_password(surfer: Surfer) -> None:
    """Of somebody invited for it: the scene's people keep theirs."""
    people(surfer)
    surfer.page.fill("#account", f"guest-{id(surfer)}@aoba.example")
    surfer.page.click("main button")
    surfer.page.click("form[action$='new-password'] button")


def agents(surfer: Surfer) -> None:
    surfer.sign_in("admin")
    surfer.open("/portal/agents")


def agent_code(surfer: Surfer) -> None:
    agents(surfer)
    surfer.page.click("form[action$='code'] button")


def revoke_agent(surfer: Surfer) -> None:
    agents(surfer)
    surfer.page.click("main a[href$='revoke']")


def restores(surfer: Surfer) -> None:
    surfer.sign_in("doctor")
    surfer.open("/portal/restores")


def restoring(surfer: Surfer) -> None:
    surfer.sign_in("doctor")
    surfer.open("/portal/restores/new")


def restoring_what(surfer: Surfer) -> None:
    restoring(surfer)
    surfer.page.click("text=内視鏡室")
    surfer.page.click("main a[href$='by=examinations']")


def restoring_an_unknown_patient(surfer: Surfer) -> None:
    restoring(surfer)
    surfer.page.click("text=内視鏡室")
    surfer.page.fill("#patient_id", "NOBODY")
    surfer.page.click("main form button")


def restoring_how(surfer: Surfer) -> None:
    restoring_what(surfer)
    surfer.page.click("main a[href$='scope=target']")


def restoring_when_nothing_was(surfer: Surfer) -> None:
    restoring_how(surfer)
    surfer.page.check("input[value=then]")
    surfer.page.fill("#date", "2001-01-01")
    surfer.page.fill("#time", "12:00")
    surfer.page.click("main form button")


def checking_a_restore(surfer: Surfer) -> None:
    restoring_how(surfer)
    surfer.page.click("main form button")


def zip_download(surfer: Surfer) -> None:
    checking_a_restore(surfer)
    surfer.page.click("main form button")
    surfer.page.wait_for_selector("main form[action$='/download']", timeout=60_000)


def backups(surfer: Surfer) -> None:
    surfer.sign_in("doctor")
    surfer.open("/portal/jobs")


def backup_asked_for(surfer: Surfer) -> None:
    backups(surfer)
    button = surfer.page.locator("main button")
    if button.count():  # it is asked for once
        button.first.click()
    surfer.open("/portal/jobs?done=asked")


def one_backup(surfer: Surfer) -> None:
    backup_asked_for(surfer)
    surfer.page.locator(".rows a").first.click()


def all_backups(surfer: Surfer) -> None:
    backup_asked_for(surfer)
    surfer.page.locator("main a[href*='/targets/']").first.click()


def patient_targets(surfer: Surfer) -> None:
    surfer.sign_in("admin")
    surfer.open("/portal/patients")


def patients(surfer: Surfer) -> None:
    patient_targets(surfer)
    surfer.page.locator("main .rows a").first.click()


def patient_found(surfer: Surfer) -> None:
    patients(surfer)
    surfer.page.fill("#patient_id", "00120431")
    surfer.page.click("form[action$='/find'] button")


def checking_a_patient(surfer: Surfer) -> None:
    patient_found(surfer)
    surfer.page.click("form.wide-form button")


def nobody_chosen(surfer: Surfer) -> None:
    patient_found(surfer)
    surfer.page.uncheck("input[name='patient-1']")
    surfer.page.click("form.wide-form button")


def handing_in_a_list(surfer: Surfer) -> None:
    patients(surfer)
    surfer.page.click("main a[href*='/upload']")


def a_wrong_list(surfer: Surfer) -> None:
    handing_in_a_list(surfer)
    surfer.page.fill("#typed", "patient_id,backed_up\n1,maybe\n,yes")
    surfer.page.click("main form button")


def missed(surfer: Surfer) -> None:
    surfer.sign_in("operator")
    surfer.open("/portal/missed")


def queues(surfer: Surfer) -> None:
    surfer.sign_in("operator")
    surfer.open("/portal/queues")


def sending_back(surfer: Surfer) -> None:
    surfer.sign_in("operator")
    surfer.open("/portal/queues/ingest/send-back")


def ended_contract(surfer: Surfer) -> str:
    """One that was ended, of a facility of its own (its id): it may be asked to be deleted."""
    scene, mark = surfer.scene, secrets.token_hex(4)
    facility_id = str(scene.operator.post("/facilities", {"name": f"旧館 {mark}"})["facility_id"])
    admin = Person(scene.stack, f"admin-{mark}@aoba.example", "facility-admins", facility_id)
    target = admin.post("/targets", {"name": "旧館の内視鏡室", "kind": "mass_storage"})
    form = {
        "target_id": target["target_id"],
        "term": "annual",
        "starts_on": admin.get("/health")["service_time"][:10],
        "timing": {"kind": "nightly", "at": "02:00"},
        "capacity_bytes": 1_000_000,
    }
    contract_id = admin.post("/contracts", form)["contract_id"]
    admin.post(f"/contracts/{contract_id}/end")
    surfer.open("/portal/sign-in")
    surfer.type_in(admin.email, admin.password)
    surfer.open(f"/portal/contracts/{contract_id}")
    return facility_id


def asking_for_deletion(surfer: Surfer) -> None:
    ended_contract(surfer)
    surfer.page.click("main a[href$='/purge']")


def deletion_refused(surfer: Surfer) -> None:
    asking_for_deletion(surfer)
    surfer.page.fill("#name", "another")
    surfer.page.click("main form button")


def deletion_asked_for(surfer: Surfer) -> None:
    asking_for_deletion(surfer)
    surfer.page.fill("#name", "旧館の内視鏡室")
    surfer.page.click("main form button")


def certificate(surfer: Surfer) -> None:
    """Of a contract of which nothing was deleted: the row alone is written."""
    facility_id, scene = ended_contract(surfer), surfer.scene
    contract_id = surfer.page.url.rpartition("/")[2]
    written = a_certificate(facility_id, contract_id)
    scene.stack.session.client("dynamodb").put_item(
        TableName=scene.stack.outputs["CoreTableName"],
        Item={name: {"S": text} for name, text in written.items()},
    )
    surfer.open(f"/portal/contracts/{contract_id}/certificate")


def quarantine(surfer: Surfer) -> None:
    surfer.sign_in("operator")
    surfer.open("/portal/quarantine")


PAGES: list[Callable[[Surfer], object]] = [
    backups,
    backup_asked_for,
    one_backup,
    all_backups,
    patient_targets,
    patients,
    patient_found,
    checking_a_patient,
    nobody_chosen,
    handing_in_a_list,
    a_wrong_list,
    missed,
    queues,
    sending_back,
    quarantine,
    restores,
    restoring,
    restoring_what,
    restoring_an_unknown_patient,
    restoring_how,
    restoring_when_nothing_was,
    checking_a_restore,
    zip_download,
    sign_in_page,
    signed_out,
    session_ended,
    refused,
    new_password,
    new_authenticator,
    not_found,
    home_of_operator,
    home_of_admin,
    home_of_doctor,
    authenticator,
    people,
    no_address,
    person,
    oneself,
    given_password,
    agents,
    agent_code,
    revoke_agent,
    targets,
    signing,
    signing_refused,
    checking,
    contract,
    proposed_contract,
    renewing,
    paused_contract,
    resumed_contract,
    changing,
    checking_a_change,
    ended_contract,
    asking_for_deletion,
    deletion_refused,
    deletion_asked_for,
    certificate,
    cancelling,
    confirming_a_cancellation,
    accepting,
    facilities,
    one_facility,
]


def looks(page: Page) -> Iterator[str]:
    """Show *page* at every width, by day and by night; yields which."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            yield f"{width}-{scheme}"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_a_page_has_no_barrier(
    sit: Sit,
    show: Callable[[Surfer], object],
    language: str,
    record_property: Callable[[str, object], None],
) -> None:
    surfer = sit(locale={"ja": "ja-JP", "en": "en-GB"}[language], java_script_enabled=True)
    show(surfer)
    runs = 0
    for look in looks(surfer.page):
        name = f"{show.__name__}-{language}-{look}"
        surfer.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
        assert barriers(surfer.page) == [], name
        assert hidden_width(surfer.page) <= 0, name
        runs += 1
    record_property("axe", runs)
    assert surfer.strangers == []
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
