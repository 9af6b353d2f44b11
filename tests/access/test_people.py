"""An administrator's people: invited, disabled, helped; and never another facility's."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest

from chalicelib.access import people_store
from chalicelib.access.model import PROVIDER, Caller, Person, Role
from chalicelib.audit.store import of_facility
from chalicelib.kernel.errors import Conflict, NotAllowed
from chalicelib.settings import settings
from tests.faults.crashes import calls_of
from tests.support.cognito import token
from tests.support.people import Anonymous, a_person, staff
from tests.support.pool import PASSWORD, Pool, code_of, make_pool
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World

ITO = "ito@aoba.example"


@pytest.fixture
def pool(world: World) -> Pool:  # noqa: ARG001 - it makes the world
    """A pool in a stage that demands no second factor."""
    return make_pool(require_mfa=False)


@pytest.fixture
def admin(world: World, pool: Pool) -> Visitor:  # noqa: ARG001
    """An administrator at the page of the facility's people."""
    found = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    found.get("/portal/people")
    return found


def invited(admin: Visitor, address: str = ITO, role: str = "doctor") -> str:
    """Invite somebody; return their id."""
    answer = admin.submit("/portal/people", account=address, role=role)
    assert answer.status == 303, answer.text
    return answer.location.removeprefix("/portal/people/").partition("?")[0]


def entered(pool: Pool, world: World, group: str = "doctors") -> tuple[str, Visitor]:
    """Let somebody made at the command line sign in; return their id and their browser."""
    pool.add(ITO, group, world.facility_id)
    browser = sign_in()
    (person,) = (each for each in people(world) if each.account == ITO)
    return person.person_id, browser


def sign_in(password: str = PASSWORD) -> Visitor:
    browser = Visitor()
    browser.go("/portal/sign-in")
    browser.send("/portal/sign-in", account=ITO, password=password)
    return browser


def people(world: World) -> list[Person]:
    return people_store.people_of(world.facility_id)


def is_in(browser: Visitor) -> bool:
    return browser.get("/portal").status == 200


def user(person_id: str) -> dict[str, Any]:
    """Return what Cognito knows of a person."""
    asked = {"UserPoolId": settings().staff_pool_id, "Username": person_id}
    return dict(boto3.client("cognito-idp").admin_get_user(**asked))


def act(admin: Visitor, person_id: str, what: str, **fields: str) -> Answer:
    admin.get(f"/portal/people/{person_id}")
    return admin.submit(f"/portal/people/{person_id}/{what}", **fields)


# --- inviting ----------------------------------------------------------------------------------


def test_an_invited_person_has_an_account_of_the_facility(admin: Visitor, world: World) -> None:
    told = user(invited(admin))
    attributes = {each["Name"]: each["Value"] for each in told["UserAttributes"]}
    assert attributes["custom:facility"] == world.facility_id
    assert told["UserStatus"] == "FORCE_CHANGE_PASSWORD"


@pytest.mark.parametrize(
    ("role", "group"), [("doctor", "doctors"), ("facility-admin", "facility-admins")]
)
def test_an_invited_person_has_the_role_that_was_chosen(
    admin: Visitor, role: str, group: str
) -> None:
    asked = {"UserPoolId": settings().staff_pool_id, "Username": invited(admin, role=role)}
    found = boto3.client("cognito-idp").admin_list_groups_for_user(**asked)["Groups"]
    assert [each["GroupName"] for each in found] == [group]


def test_an_invited_person_is_listed_as_such(admin: Visitor, world: World) -> None:
    invited(admin)
    (person,) = (each for each in people(world) if each.account == ITO)
    assert (person.role, person.standing) == (Role.DOCTOR, "invited")
    assert ITO in admin.get("/portal/people").text


def test_an_address_is_the_same_in_capitals(admin: Visitor, world: World) -> None:
    invited(admin, "Ｉto@Aoba.example ")
    assert ITO in [each.account for each in people(world)]


@pytest.mark.parametrize(
    "typed", ["", "ito", "ito@aoba", "a b@c.example", "x" * 250 + "@c.example"]
)
def test_what_is_no_address_is_refused_and_kept_in_the_form(admin: Visitor, typed: str) -> None:
    answer = admin.submit("/portal/people", account=typed, role="doctor")
    assert answer.status == 422
    assert "This is no e-mail address." in answer.text
    assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize("role", ["operator", "agent", "", "doctors"])
def test_an_administrator_gives_no_other_role(admin: Visitor, world: World, role: str) -> None:
    answer = admin.submit("/portal/people", account=ITO, role=role)
    assert answer.status == 422
    assert ITO not in [each.account for each in people(world)]


def test_an_address_is_invited_once(admin: Visitor) -> None:
    invited(admin)
    answer = admin.submit("/portal/people", account=ITO, role="doctor")
    assert (answer.status, "has an account already" in answer.text) == (409, True)


def test_another_facilitys_account_cannot_be_invited(
    admin: Visitor, pool: Pool, world: World
) -> None:
    pool.add(ITO, "doctors", "facility-other")
    assert admin.submit("/portal/people", account=ITO, role="doctor").status == 409
    assert ITO not in [each.account for each in people(world)]


def test_the_provider_invites_its_own_people(pool: Pool) -> None:  # noqa: ARG001
    operator = signed_in(Role.OPERATOR)
    operator.get("/portal/people")
    invited(operator, role="operator")
    assert ITO in [each.account for each in people_store.people_of(PROVIDER)]


def test_the_provider_invites_nobody_into_a_facility(pool: Pool) -> None:  # noqa: ARG001
    operator = signed_in(Role.OPERATOR)
    operator.get("/portal/people")
    assert operator.submit("/portal/people", account=ITO, role="doctor").status == 422


# --- coming in ---------------------------------------------------------------------------------


def test_somebody_made_at_the_command_line_is_listed_once_they_came_in(
    pool: Pool, world: World
) -> None:
    entered(pool, world)
    (person,) = (each for each in people(world) if each.account == ITO)
    assert (person.role, person.standing) == (Role.DOCTOR, "active")


def test_an_administrator_gets_mails_until_told_otherwise(pool: Pool, world: World) -> None:
    person_id, _ = entered(pool, world, "facility-admins")
    assert ITO in people_store.notice_addresses(world.facility_id)
    people_store.set_mail(world.facility_id, person_id, gets_mail=False)
    sign_in()
    assert ITO not in people_store.notice_addresses(world.facility_id)


def test_a_doctor_gets_mails_when_told_so(admin: Visitor, pool: Pool, world: World) -> None:
    person_id, _ = entered(pool, world)
    assert ITO not in people_store.notice_addresses(world.facility_id)
    act(admin, person_id, "mail", gets_mail="yes")
    assert ITO in people_store.notice_addresses(world.facility_id)


# --- disabling ---------------------------------------------------------------------------------


def test_a_disabled_person_is_out_at_once(admin: Visitor, pool: Pool, world: World) -> None:
    person_id, browser = entered(pool, world)
    assert is_in(browser)
    assert act(admin, person_id, "disable").status == 303
    assert not is_in(browser)


def test_a_disabled_persons_bearer_session_ends_too(
    cognito: None,  # noqa: ARG001
    world: World,
) -> None:
    person_id = a_person(world.facility_id)
    claims: dict[str, Any] = {
        "sub": person_id,
        "cognito:groups": ["doctors"],
        "custom:facility": world.facility_id,
    }
    session = Anonymous(world.client).post("/sessions", {"id_token": token(**claims)}, status=201)
    doctor = staff(world.client, Role.DOCTOR, world.facility_id)
    doctor.session_id = session["session"]
    doctor.get("/targets")
    people_store.disable(world.facility_id, person_id, "now", by="person-facility-admin")
    people_store.end_sessions(person_id)
    assert doctor.refused("GET", "/targets") == (401, "session-over")
    world.doctor.get("/targets")


def test_a_disabled_person_cannot_sign_in(admin: Visitor, pool: Pool, world: World) -> None:
    person_id, _ = entered(pool, world)
    act(admin, person_id, "disable")
    assert not is_in(sign_in())


def test_a_token_from_before_opens_no_session_once_disabled(
    cognito: None,  # noqa: ARG001
    world: World,
) -> None:
    person_id = a_person(world.facility_id)
    people_store.disable(world.facility_id, person_id, "now", by="person-facility-admin")
    claims: dict[str, Any] = {
        "sub": person_id,
        "cognito:groups": ["doctors"],
        "custom:facility": world.facility_id,
    }
    asked = {"id_token": token(**claims)}
    assert Anonymous(world.client).refused("POST", "/sessions", asked) == (403, "disabled")


def test_a_disabled_person_gets_no_mails(admin: Visitor, pool: Pool, world: World) -> None:
    person_id, _ = entered(pool, world, "facility-admins")
    act(admin, person_id, "disable")
    assert ITO not in people_store.notice_addresses(world.facility_id)


def test_an_enabled_person_comes_in_again(admin: Visitor, pool: Pool, world: World) -> None:
    person_id, _ = entered(pool, world)
    act(admin, person_id, "disable")
    assert act(admin, person_id, "enable").status == 303
    assert is_in(sign_in())


@pytest.mark.parametrize("what", ["disable", "enable", "new-password", "new-authenticator"])
def test_nobody_does_it_to_themselves(admin: Visitor, what: str) -> None:
    answer = act(admin, "person-facility-admin", what)
    assert (answer.status, "This is your own account." in answer.text) == (409, True)
    assert is_in(admin)


def test_of_two_administrators_who_disable_each_other_one_stays(world: World) -> None:
    here = world.facility_id
    one, other = a_person(here, Role.FACILITY_ADMIN), a_person(here, Role.FACILITY_ADMIN)
    people_store.disable(here, other, "now", by=one)
    with pytest.raises(Conflict):
        people_store.disable(here, one, "now", by=other)


def test_no_session_begins_once_its_holder_is_disabled(world: World) -> None:
    person_id = a_person(world.facility_id)
    people_store.disable(world.facility_id, person_id, "now", by="person-facility-admin")
    with pytest.raises(NotAllowed):
        signed_in(Role.DOCTOR, caller=Caller(Role.DOCTOR, person_id, world.facility_id))
    assert list(people_store._Held.query(f"PERSON#{person_id}")) == []


def test_a_request_of_somebody_signed_in_reads_no_more_than_before(world: World) -> None:
    doctor = signed_in(Role.DOCTOR, world.facility_id)
    doctor.get("/portal/authenticator")
    assert calls_of(lambda: doctor.get("/portal/authenticator")) == ["GetItem"]


# --- helping -----------------------------------------------------------------------------------


def test_a_new_password_is_shown_once_and_works_once(
    admin: Visitor, pool: Pool, world: World
) -> None:
    person_id, browser = entered(pool, world)
    page = act(admin, person_id, "new-password")
    given = re.search(r'class="secret"[^>]*>([^<]+)<', page.text)
    assert given
    assert len(given[1]) >= 13
    assert not is_in(browser)
    assert sign_in(given[1]).page.title == "Choose a password | Hokan"  # type: ignore[union-attr]
    assert given[1] not in admin.get(f"/portal/people/{person_id}").text


def test_a_lost_phone_is_asked_for_no_more(admin: Visitor, pool: Pool, world: World) -> None:
    pool.deploy(require_mfa=True)
    pool.add(ITO, "doctors", world.facility_id)
    sign_in().send("/portal/sign-in/authenticator", code=code_of())
    assert sign_in().page.title == "Type the code | Hokan"  # type: ignore[union-attr]
    (person,) = (each for each in people(world) if each.account == ITO)
    assert user(person.person_id)["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    assert act(admin, person.person_id, "new-authenticator").status == 303
    assert user(person.person_id)["UserMFASettingList"] == []


# --- whose -------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["disable", "enable", "new-password", "new-authenticator", "mail"])
def test_another_facilitys_person_does_not_exist(admin: Visitor, what: str) -> None:
    elsewhere = a_person("facility-other")
    assert admin.submit(f"/portal/people/{elsewhere}/{what}").status == 404
    assert people_store.person("facility-other", elsewhere).disabled_at is None


@pytest.mark.parametrize(
    ("what", "action"),
    [
        ("disable", "disable-person"),
        ("enable", "enable-person"),
        ("new-password", "reset-password"),
        ("new-authenticator", "reset-authenticator"),
        ("mail", "set-mail"),
    ],
)
def test_what_is_done_to_a_person_is_audited(
    admin: Visitor, pool: Pool, world: World, what: str, action: str
) -> None:
    person_id, _ = entered(pool, world)
    act(admin, person_id, what)
    (_, event, _) = list(of_facility(world.facility_id))[-1]
    assert (event.action, event.subject) == (action, person_id)
