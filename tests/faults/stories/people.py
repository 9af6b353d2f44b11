"""An administrator's pages: people and agents."""

from __future__ import annotations

from chalicelib.access import people_store
from chalicelib.access.model import Caller, Person, Role
from tests.faults.stories.telling import Act, Prepare, clicks, story, visits
from tests.support.people import a_person
from tests.support.pool import make_pool
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

SOMEBODY = "suzuki@aoba.example"
PERSON = "/portal/people/{person_id}"


def an_admin(world: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, world.facility_id)


def somebody(world: World) -> str:
    """Make a doctor with an account and a running session; return their id."""
    pool = make_pool(require_mfa=False)
    account = pool.add(SOMEBODY, "doctors", world.facility_id)
    told = pool.cognito.admin_get_user(UserPoolId=pool.pool_id, Username=account)
    person_id = str(told["Username"])
    people_store.add(world.facility_id, Person(person_id, account, Role.DOCTOR, gets_mail=False))
    signed_in(Role.DOCTOR, caller=Caller(Role.DOCTOR, person_id, world.facility_id))
    return person_id


def is_done_to_somebody(what: str, **typed: str) -> Prepare:
    """What an administrator does to somebody: a click, which may come again."""

    def prepare(world: World) -> Act:
        path = f"/portal/people/{somebody(world)}/{what}"
        fields = {name: lambda value=value: value for name, value in typed.items()}
        return clicks(an_admin(world), "POST", path, **fields)

    return prepare


visits("GET /portal/people", role=Role.FACILITY_ADMIN)
visits("GET /portal/agents", role=Role.FACILITY_ADMIN)
story(f"POST {PERSON}/disable")(is_done_to_somebody("disable"))
story(f"POST {PERSON}/enable")(is_done_to_somebody("enable"))
story(f"POST {PERSON}/new-password")(is_done_to_somebody("new-password"))
story(f"POST {PERSON}/new-authenticator")(is_done_to_somebody("new-authenticator"))
story(f"POST {PERSON}/mail")(is_done_to_somebody("mail", gets_mail="yes"))


@story("POST /portal/people")
def _(world: World) -> Act:
    make_pool(require_mfa=False)
    typed = {"account": lambda: SOMEBODY, "role": lambda: "doctor"}
    return clicks(an_admin(world), "POST", "/portal/people", **typed)


@story(f"GET {PERSON}")
def _(world: World) -> Act:
    return clicks(an_admin(world), "GET", f"/portal/people/{a_person(world.facility_id)}")


@story("POST /portal/agents/code")
def _(world: World) -> Act:
    return clicks(an_admin(world), "POST", "/portal/agents/code")


@story("GET /portal/agents/{agent_id}/revoke")
def _(world: World) -> Act:
    return clicks(an_admin(world), "GET", f"/portal/agents/{world.agent.agent_id}/revoke")


@story("POST /portal/agents/{agent_id}/revoke")
def _(world: World) -> Act:
    return clicks(an_admin(world), "POST", f"/portal/agents/{world.agent.agent_id}/revoke")
