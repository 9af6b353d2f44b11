"""How people get to each page of the portal, and what they do there before it is looked at."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from infra.local.people import Person
from tests.browser.conftest import Surfer
from tests.browser.test_sign_in import GIVEN, newcomer
from tests.purges.scene import a_certificate

Place = Callable[[Surfer], object]
P = TypeVar("P", bound=Place)

PLACES: list[Place] = []


def place(show: P) -> P:
    """Have every barrier looked for where *show* leads."""
    PLACES.append(show)
    return show


@place
def sign_in_page(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in")


@place
def signed_out(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in?why=signed-out")


@place
def session_ended(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in?why=ended")


@place
def refused(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in")
    surfer.type_in("nobody@hokan.example", "wrong")


@place
def new_password(surfer: Surfer) -> None:
    surfer.open("/portal/sign-in")
    surfer.type_in(newcomer(surfer.scene, f"n-{id(surfer)}"), GIVEN)


@place
def not_found(surfer: Surfer) -> None:
    surfer.open("/static/none.css")


@place
def home_of_operator(surfer: Surfer) -> None:
    surfer.come_as("operator")


@place
def regions(surfer: Surfer) -> None:
    surfer.scene.area()  # which no region hindered yet
    surfer.come_as("operator")
    surfer.open("/portal/provider/regions")
    surfer.page.locator("#economy").fill("1000")
    surfer.page.locator("#deluxe").fill("1000")
    surfer.page.locator("#sizes").fill("100")
    surfer.page.locator("main button").click()


@place
def regions_without_a_number(surfer: Surfer) -> None:
    surfer.come_as("operator")
    surfer.open("/portal/provider/regions")
    surfer.page.locator("#deluxe").fill("much")
    surfer.page.locator("main button").click()


@place
def who_patients_see(surfer: Surfer) -> None:
    surfer.come_as("operator")
    surfer.open("/portal/provider/identity")


@place
def who_patients_see_without_a_name(surfer: Surfer) -> None:
    who_patients_see(surfer)
    surfer.page.locator("#name").fill(" ")
    surfer.page.locator("main button").click()


@place
def home_of_admin(surfer: Surfer) -> None:
    surfer.come_as("admin")


@place
def home_of_doctor(surfer: Surfer) -> None:
    surfer.come_as("doctor")


@place
def authenticator(surfer: Surfer) -> None:
    surfer.come_as("doctor")
    surfer.open("/portal/authenticator")


@place
def new_authenticator(surfer: Surfer) -> None:
    authenticator(surfer)
    surfer.page.fill("#password", surfer.scene.doctor.password)
    surfer.page.click("main button")


@place
def targets(surfer: Surfer) -> None:
    surfer.come_as("admin")
    surfer.open("/portal/targets")


@place
def signing(surfer: Surfer) -> None:
    surfer.come_as("admin")
    surfer.page.locator("main a[href*='/sign']").first.click()


@place
def signing_refused(surfer: Surfer) -> None:
    signing(surfer)
    surfer.page.fill("#term_count", "many")
    surfer.page.fill("#capacity", "0")
    surfer.page.fill("#at", "late")
    surfer.page.click("button[value=check]")


@place
def checking(surfer: Surfer) -> None:
    signing(surfer)
    surfer.page.click("button[value=check]")


@place
def contract(surfer: Surfer) -> None:
    targets(surfer)
    surfer.page.locator("main a[href*='/contracts/']").first.click()


@place
def proposed_contract(surfer: Surfer) -> None:
    targets(surfer)
    surfer.page.locator("section", has_text="X-ray").locator("a[href*='/contracts/']").click()


@place
def changing(surfer: Surfer) -> None:
    contract(surfer)
    surfer.page.click("main a[href$='/change']")


@place
def checking_a_change(surfer: Surfer) -> None:
    changing(surfer)
    surfer.page.fill("#capacity", "300")
    surfer.page.click("button[value=check]")


@place
def renewing(surfer: Surfer) -> None:
    contract(surfer)
    surfer.page.click("main a[href$='/renewal']")


@place
def paused_contract(surfer: Surfer) -> None:
    contract(surfer)
    if surfer.page.locator("form[action$='/pause']").count():  # once is enough
        surfer.page.click("form[action$='/pause'] button")


@place
def resumed_contract(surfer: Surfer) -> None:
    paused_contract(surfer)
    surfer.page.click("form[action$='/resume'] button")


@place
def cancelling(surfer: Surfer) -> None:
    contract(surfer)
    surfer.page.click("main a[href$='/cancel']")


@place
def confirming_a_cancellation(surfer: Surfer) -> None:
    cancelling(surfer)
    surfer.page.click("#policy-short_rate")
    surfer.page.click("main button")


@place
def accepting(surfer: Surfer) -> None:
    surfer.come_as("operator")
    surfer.open("/portal/accepting")


@place
def facilities(surfer: Surfer) -> None:
    surfer.come_as("operator")
    surfer.open("/portal/facilities")


@place
def one_facility(surfer: Surfer) -> None:
    facilities(surfer)
    surfer.page.click("text=青葉内視鏡クリニック")


@place
def people(surfer: Surfer) -> None:
    surfer.come_as("admin")
    surfer.open("/portal/people")


@place
def no_address(surfer: Surfer) -> None:
    people(surfer)
    surfer.page.fill("#account", "nobody@nowhere")
    surfer.page.click("main button")


@place
def person(surfer: Surfer) -> None:
    people(surfer)
    surfer.page.click(f"text={surfer.scene.doctor.email}")


@place
def oneself(surfer: Surfer) -> None:
    people(surfer)
    surfer.page.click(f"main >> text={surfer.scene.admin.email}")


@place
def given_password(surfer: Surfer) -> None:
    """Of somebody invited for it: the scene's people keep theirs."""
    people(surfer)
    surfer.page.fill("#account", f"guest-{id(surfer)}@aoba.example")
    surfer.page.click("main button")
    surfer.page.click("form[action$='new-password'] button")


@place
def agents(surfer: Surfer) -> None:
    surfer.come_as("admin")
    surfer.open("/portal/agents")


@place
def agent_code(surfer: Surfer) -> None:
    agents(surfer)
    surfer.page.click("form[action$='code'] button")


@place
def revoke_agent(surfer: Surfer) -> None:
    agents(surfer)
    surfer.page.click("main a[href$='revoke']")


@place
def restores(surfer: Surfer) -> None:
    surfer.come_as("doctor")
    surfer.open("/portal/restores")


@place
def restoring(surfer: Surfer) -> None:
    surfer.come_as("doctor")
    surfer.open("/portal/restores/new")


@place
def restoring_what(surfer: Surfer) -> None:
    restoring(surfer)
    surfer.page.click("text=内視鏡室")
    surfer.page.click("main a[href$='by=examinations']")


@place
def restoring_an_unknown_patient(surfer: Surfer) -> None:
    restoring(surfer)
    surfer.page.click("text=内視鏡室")
    surfer.page.fill("#patient_id", "NOBODY")
    surfer.page.click("main form button")


@place
def restoring_how(surfer: Surfer) -> None:
    restoring_what(surfer)
    surfer.page.click("main a[href$='scope=target']")


@place
def restoring_when_nothing_was(surfer: Surfer) -> None:
    restoring_how(surfer)
    surfer.page.check("input[value=then]")
    surfer.page.fill("#date", "2001-01-01")
    surfer.page.fill("#time", "12:00")
    surfer.page.click("main form button")


@place
def checking_a_restore(surfer: Surfer) -> None:
    restoring_how(surfer)
    surfer.page.click("main form button")


@place
def zip_download(surfer: Surfer) -> None:
    checking_a_restore(surfer)
    surfer.page.click("main form button")
    surfer.page.wait_for_selector("main form[action$='/download']", timeout=60_000)


@place
def backups(surfer: Surfer) -> None:
    surfer.come_as("doctor")
    surfer.open("/portal/jobs")


@place
def backup_asked_for(surfer: Surfer) -> None:
    backups(surfer)
    button = surfer.page.locator("main button")
    if button.count():  # it is asked for once
        button.first.click()
    surfer.open("/portal/jobs?done=asked")


@place
def one_backup(surfer: Surfer) -> None:
    backup_asked_for(surfer)
    surfer.page.locator(".rows a").first.click()


@place
def all_backups(surfer: Surfer) -> None:
    backup_asked_for(surfer)
    surfer.page.locator("main a[href*='/targets/']").first.click()


@place
def patient_targets(surfer: Surfer) -> None:
    surfer.come_as("admin")
    surfer.open("/portal/patients")


@place
def patients(surfer: Surfer) -> None:
    patient_targets(surfer)
    surfer.page.locator("main .rows a").first.click()


@place
def patient_found(surfer: Surfer) -> None:
    patients(surfer)
    surfer.page.fill("#patient_id", "00120431")
    surfer.page.click("form[action$='/find'] button")


@place
def checking_a_patient(surfer: Surfer) -> None:
    patient_found(surfer)
    surfer.page.click("form.wide-form button")


@place
def nobody_chosen(surfer: Surfer) -> None:
    patient_found(surfer)
    surfer.page.uncheck("input[name='patient-1']")
    surfer.page.click("form.wide-form button")


@place
def handing_in_a_list(surfer: Surfer) -> None:
    patients(surfer)
    surfer.page.click("main a[href*='/upload']")


@place
def a_wrong_list(surfer: Surfer) -> None:
    handing_in_a_list(surfer)
    surfer.page.fill("#typed", "patient_id,backed_up\n1,maybe\n,yes")
    surfer.page.click("main form button")


def in_area(surfer: Surfer, path: str, who: str = "admin") -> None:
    """Open a page of the area; *path* names its folders and files as the scene does."""
    ids = surfer.scene.area()
    surfer.come_as(who)
    surfer.open(f"/portal/areas/{ids['area']}{path.format(**ids)}")


@place
def areas(surfer: Surfer) -> None:
    surfer.scene.area()
    surfer.come_as("admin")
    surfer.open("/portal/areas")


@place
def area(surfer: Surfer) -> None:
    in_area(surfer, "/folders/root?done=folder-made")
    surfer.page.wait_for_selector("[data-ready]")


@place
def area_while_files_are_sent(surfer: Surfer) -> None:
    """What there is no room for stays named on the page."""
    area(surfer)
    large: Any = {"name": "大きい.bin", "mimeType": "", "buffer": bytes(2_000_000)}
    surfer.page.set_input_files("#files", [large])
    surfer.page.wait_for_selector("#look:visible")


@place
def area_for_a_reader(surfer: Surfer) -> None:
    in_area(surfer, "/folders/root", "doctor")


@place
def area_folder(surfer: Surfer) -> None:
    in_area(surfer, "/folders/{folder}")


@place
def area_file(surfer: Surfer) -> None:
    in_area(surfer, "/nodes/{note}?done=shared")


@place
def area_file_with_a_wrong_name(surfer: Surfer) -> None:
    in_area(surfer, "/nodes/{note}")
    surfer.page.fill("#name", "a/b")
    surfer.page.click("form[action$='/rename'] button")


@place
def area_moving(surfer: Surfer) -> None:
    in_area(surfer, "/nodes/{note}/move")


@place
def area_preview(surfer: Surfer) -> None:
    in_area(surfer, "/nodes/{note}/preview")  # a picture would come from where files are stored


@place
def area_bin(surfer: Surfer) -> None:
    in_area(surfer, "/bin")
    surfer.page.click("main summary")


@place
def area_people(surfer: Surfer) -> None:
    in_area(surfer, "/people?done=given")


@place
def shared_files(surfer: Surfer) -> None:
    surfer.scene.area()
    surfer.come_as("doctor")
    surfer.open("/portal/shared-files")


@place
def captures(surfer: Surfer) -> None:
    surfer.come_as("doctor")
    surfer.open("/portal/captures")


@place
def pairing_a_phone(surfer: Surfer) -> None:
    captures(surfer)
    surfer.page.click("form[action$='/captures/pair'] button")


@place
def a_phone_before_it_is_paired(surfer: Surfer) -> None:
    surfer.open("/capture")


@place
def a_paired_phone(surfer: Surfer) -> None:
    pairing_a_phone(surfer)
    code = surfer.page.inner_text(".code-to-type")
    surfer.open("/capture")
    surfer.page.fill("#code", code)
    surfer.page.click("#pair button")


@place
def an_endoscopes_code(surfer: Surfer) -> None:
    captures(surfer)
    surfer.page.click("form[action$='/captures/devices/code'] button")


@place
def a_phone_that_left(surfer: Surfer) -> None:
    a_paired_phone(surfer)
    surfer.page.click("form[action$='/capture/leave'] button")


@place
def a_phone_with_a_wrong_code(surfer: Surfer) -> None:
    surfer.open("/capture")
    surfer.page.fill("#code", "2222-2222-2222")
    surfer.page.click("#pair button")


@place
def missed(surfer: Surfer) -> None:
    surfer.come_as("operator")
    surfer.open("/portal/missed")


@place
def queues(surfer: Surfer) -> None:
    surfer.come_as("operator")
    surfer.open("/portal/queues")


@place
def sending_back(surfer: Surfer) -> None:
    surfer.come_as("operator")
    surfer.open("/portal/queues/ingest/send-back")


@place
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


@place
def asking_for_deletion(surfer: Surfer) -> None:
    ended_contract(surfer)
    surfer.page.click("main a[href$='/purge']")


@place
def deletion_refused(surfer: Surfer) -> None:
    asking_for_deletion(surfer)
    surfer.page.fill("#name", "another")
    surfer.page.click("main form button")


@place
def deletion_asked_for(surfer: Surfer) -> None:
    asking_for_deletion(surfer)
    surfer.page.fill("#name", "旧館の内視鏡室")
    surfer.page.click("main form button")


@place
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


@place
def quarantine(surfer: Surfer) -> None:
    surfer.come_as("operator")
    surfer.open("/portal/quarantine")
