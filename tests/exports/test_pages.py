"""From the restore page to the ZIP, in a browser without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chalicelib.access.model import Role
from chalicelib.exports import model as limits
from chalicelib.exports import service, store
from chalicelib.kernel import clock
from tests.exports.scene import asked, caller, deliver, now, selection
from tests.support.canary import CANARY, CANARY_ID, found_in
from tests.support.visitor import Answer, Texts, Visitor, signed_in
from tests.support.world import World
from tests.web.test_languages import mislabelled

FILES = {"E-1/a": b"one", "E-1/b": b"two"}
RESTORES = "/portal/restores"


def said(answer: Answer) -> str:
    return " ".join(text for _, text in Texts(answer.text).said)


def doctor(world: World, language: str = "en") -> Visitor:
    found = signed_in(Role.DOCTOR, world.facility_id)
    found.language = language
    return found


def hidden(page: Answer) -> dict[str, str]:
    """Return what the last form of a page sends as it stands."""
    form = page.text[page.text.rindex("<form") :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def new(world: World, rest: str = "") -> str:
    return f"{RESTORES}/new/{world.target_id}{rest}"


def patient_page(world: World) -> str:
    (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
    return new(world, f"/patients/{patient['patient_key']}")


# --- the whole way ----------------------------------------------------------------------------


def test_a_doctor_comes_from_the_first_page_to_the_zip(world: World) -> None:
    world.back_up(FILES)
    visitor = doctor(world)
    assert new(world) in visitor.get(f"{RESTORES}/new").text
    assert "金糸雀 花子" in said(visitor.get(new(world)))
    assert visitor.get(patient_page(world)).status == 200
    key = patient_page(world).rpartition("/")[2]
    assert visitor.get(new(world, f"/how?scope=patient&subject={key}")).status == 200
    page = visitor.get(new(world, f"/check?scope=patient&subject={key}&when=now&by=zip"))
    assert "2 files, 6 B" in said(page)
    progress = visitor.send(RESTORES, **hidden(page))
    assert "Waiting" in said(progress)
    (export,) = service.newest(caller(world))
    deliver(world, export)
    ready = visitor.get(f"{RESTORES}/zips/{export.export_id}")
    assert "Download (" in said(ready)
    handed = visitor.submit(f"{RESTORES}/zips/{export.export_id}/download")
    assert handed.status == 303
    assert "response-content-disposition" in handed.location
    assert found_in(handed.location) == []


def test_the_page_of_a_zip_asks_again_only_while_it_is_made(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    path = f"{RESTORES}/zips/{export.export_id}"
    assert 'http-equiv="refresh"' in doctor(world).get(path).text
    deliver(world, export)
    assert 'http-equiv="refresh"' not in doctor(world).get(path).text


def test_only_the_page_of_a_zip_may_lead_to_the_bucket(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    deliver(world, export)
    page = doctor(world).get(f"{RESTORES}/zips/{export.export_id}")
    assert "form-action 'self' https://" in page.headers["Content-Security-Policy"]
    other = doctor(world).get(RESTORES)
    assert "form-action 'self';" in other.headers["Content-Security-Policy"]


def test_an_agent_is_granted_what_was_checked(world: World) -> None:
    world.back_up(FILES)
    visitor = doctor(world)
    query = f"/check?scope=target&when=now&by={world.agent.agent_id}"
    page = visitor.get(new(world, query))
    answer = visitor.send(RESTORES, **hidden(page))
    assert "The agent may restore this for 24 hours." in said(answer)
    (granted,) = world.agent.get("/agent/restores")["items"]
    assert (granted["scope"], granted["agent_id"]) == ("target", world.agent.agent_id)


def test_an_earlier_moment_is_local_to_the_facility(world: World) -> None:
    world.back_up(FILES)
    clock.move(86_400)
    local = clock.now() + timedelta(hours=9)  # Asia/Tokyo
    moment = f"when=then&date={local:%Y-%m-%d}&time={local:%H:%M}"
    page = doctor(world).get(new(world, f"/check?scope=target&by=zip&{moment}"))
    assert hidden(page)["as_of"][:16] == f"{clock.now():%Y-%m-%dT%H:%M}"


def test_a_grant_and_a_zip_are_listed_with_their_state(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    deliver(world, export)
    body = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    world.doctor.post("/restores", body, status=201)
    page = said(doctor(world).get(RESTORES))
    assert "Ready" in page
    assert "With the agent" in page


def test_no_patient_stands_in_the_list(world: World) -> None:
    world.back_up(FILES)
    key = patient_page(world).rpartition("/")[2]
    asked(world, scope="patient", subject=key)
    assert found_in(doctor(world).get(RESTORES).text) == []


# --- finding a patient ------------------------------------------------------------------------


def test_a_patient_is_found_by_their_number(world: World) -> None:
    world.back_up(FILES)
    visitor = doctor(world)
    visitor.get(new(world))
    found = visitor.submit(new(world, "/patients"), patient_id=CANARY_ID)
    assert (found.status, found.location) == (303, patient_page(world))


def test_a_number_nobody_has_is_said_and_kept(world: World) -> None:
    world.back_up(FILES)
    visitor = doctor(world)
    visitor.get(new(world))
    answer = visitor.submit(new(world, "/patients"), patient_id="NOBODY")
    assert answer.status == 404
    assert "This target has no patient with this ID." in said(answer)
    assert 'value="NOBODY"' in answer.text


@pytest.mark.parametrize("by", ["patients", "examinations", "batches"])
def test_each_list_leads_on(world: World, by: str) -> None:
    world.back_up(FILES)
    page = doctor(world).get(new(world, f"?by={by}"))
    assert page.status == 200
    assert "Choose" in said(page)


def test_a_list_is_on_record(world: World) -> None:
    from chalicelib.audit.store import of_facility

    world.back_up(FILES)
    doctor(world).get(new(world))
    actions = [event.action for _, event, _ in of_facility(world.facility_id)]
    assert actions[-1] == "list-patients"


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "status", "words"),
    [
        ("when=then&date=2026-13-01&time=12:00", 422, "This is no date and time."),
        ("when=then&date=&time=", 422, "This is no date and time."),
        ("when=then&date=2999-01-01&time=12:00", 422, "This moment lies ahead."),
        ("when=then&date=2001-01-01&time=12:00", 409, "Nothing was backed up by that moment."),
    ],
)
def test_a_moment_that_cannot_be_is_said_and_kept(
    world: World, moment: str, status: int, words: str
) -> None:
    world.back_up(FILES)
    answer = doctor(world).get(new(world, f"/check?scope=target&by=zip&{moment}"))
    assert answer.status == status
    assert words in said(answer)
    date = moment.partition("date=")[2].partition("&")[0]
    assert f'name="date" type="date" value="{date}"' in answer.text


def test_too_much_for_a_zip_leads_to_the_agent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.back_up(FILES)
    monkeypatch.setattr(service, "MOST_FILES", 1)
    page = doctor(world).get(new(world, "/check?scope=target&when=now&by=zip"))
    assert "Let an agent restore it" in said(page)
    assert "Make the ZIP" not in said(page)


def test_a_damaged_object_is_named_on_the_page(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    assert store.begin(export, "me", clock.now(), clock.now() + limits.BUILD_LIFE)
    store.fail(export, "me", "object-damaged", "d" * 64)
    assert "d" * 64 in said(doctor(world).get(f"{RESTORES}/zips/{export.export_id}"))


@pytest.mark.parametrize(
    ("failure", "words"),
    [("took-too-long", "It took too long."), ("", "It was interrupted several times.")],
)
def test_each_failure_says_what_to_do(world: World, failure: str, words: str) -> None:
    world.back_up(FILES)
    export = asked(world)
    assert store.begin(export, "me", clock.now(), clock.now() + limits.BUILD_LIFE)
    store.fail(export, "me", failure)
    assert words in said(doctor(world).get(f"{RESTORES}/zips/{export.export_id}"))


def test_what_is_not_ready_is_not_downloaded(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    visitor = doctor(world)
    visitor.get(f"{RESTORES}/zips/{export.export_id}")
    assert visitor.submit(f"{RESTORES}/zips/{export.export_id}/download").status == 409


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_in_the_language_it_says(world: World, language: str) -> None:
    world.back_up(FILES)
    visitor = doctor(world, language)
    export = asked(world)
    deliver(world, export)
    key = patient_page(world).rpartition("/")[2]
    for path in (
        RESTORES,
        f"{RESTORES}/new",
        new(world),
        new(world, "?by=examinations"),
        new(world, "?by=batches"),
        patient_page(world),
        new(world, f"/how?scope=patient&subject={key}"),
        new(world, "/check?scope=target&when=now&by=zip"),
        f"{RESTORES}/zips/{now(export).export_id}",
    ):
        page = visitor.get(path)
        assert page.status == 200, path
        assert mislabelled(page.text) == [], path
        assert len(page.text) < 30_000, path


def test_a_scope_that_is_none_is_refused(world: World) -> None:
    world.back_up(FILES)
    assert doctor(world).get(new(world, "/how?scope=everything")).status == 422


def test_another_doctors_browser_sees_no_target_of_ours(world: World) -> None:
    world.back_up(FILES)
    other = world.operator.post("/facilities", {"name": "Other"}, status=201)["facility_id"]
    stranger = signed_in(Role.DOCTOR, other)
    export = service.ask(caller(world), service.new_id(), selection(world))
    assert CANARY["id"] not in stranger.get(f"{RESTORES}/new").text
    for path in (
        new(world),
        new(world, "/how?scope=target"),
        new(world, "/check?scope=target&when=now&by=zip"),
        patient_page(world),
        f"{RESTORES}/zips/{export.export_id}",
    ):
        assert stranger.get(path).status == 404, path
