"""A contract that runs is changed and cancelled; the price of it is shown first."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.test import Client

from chalicelib.access.model import Caller, Role
from chalicelib.audit import store as audit
from chalicelib.billing.states import ContractState
from chalicelib.contracts import changing
from chalicelib.contracts.model import Contract
from chalicelib.kernel.errors import Conflict
from chalicelib.settings import settings
from tests.faults.stored import rows
from tests.support.world import MEGABYTE, World, a_chunk, a_form, build, days_pass, sign

GIGABYTE = 10**9
BLOCK = 100 * GIGABYTE


@pytest.fixture
def world(client: Client) -> World:
    """A facility with a monthly contract of one block that began ten days ago."""
    made = build(client, capacity_bytes=BLOCK, term="monthly")
    days_pass(made, 10)
    return made


def path(world: World, *rest: str) -> str:
    return "/".join([f"/contracts/{world.contract_id}", *rest])


def amend(world: World, **change: Any) -> Any:
    return world.admin.post(path(world, "amendments"), change)


def audited(world: World) -> list[str]:
    return [event.action for _, event, _ in audit.of_facility(world.facility_id)]


# --- more --------------------------------------------------------------------------------------


def test_more_capacity_holds_at_once_and_the_rest_of_the_month_is_charged(world: World) -> None:
    change = {"capacity_bytes": 2 * BLOCK}
    shown = world.admin.post(path(world, "amendments", "quote"), change)
    told = amend(world, **change, terms_sha256=shown["terms_sha256"])
    assert (shown["old_fee_yen"], shown["new_fee_yen"]) == (1_000, 2_000)
    assert shown["difference_yen"] == 1_000
    assert 0 < shown["charge"]["fee_yen"] < 1_000
    assert told["charge_yen"] == shown["charge"]["fee_yen"]
    assert (told["version"], told["fee_per_period_yen"]) == (2, 2_000)
    assert world.usage() == (2 * BLOCK, 2 * BLOCK)
    assert audited(world)[-1] == "amend-contract"


def test_asking_for_the_price_changes_nothing(world: World) -> None:
    before = stored_of(world)
    world.admin.post(path(world, "amendments", "quote"), {"capacity_bytes": 2 * BLOCK})
    assert stored_of(world) == before


def test_another_plan_at_the_same_price_is_obeyed_at_once(world: World) -> None:
    told = amend(world, timing={"kind": "at_once"})
    plan = world.agent.get("/agent")["targets"][0]["plan"]
    assert (plan["timing"], plan["batch_scope"]) == ({"kind": "at_once"}, "object")
    assert told["charge_yen"] == 0


# --- less --------------------------------------------------------------------------------------


def test_less_capacity_holds_from_the_next_period_like_its_price(world: World) -> None:
    amend(world, capacity_bytes=3 * BLOCK)
    told = amend(world, capacity_bytes=BLOCK)
    assert (told["capacity_bytes"], told["upcoming"]["capacity_bytes"]) == (3 * BLOCK, BLOCK)
    assert world.usage()[0] == 3 * BLOCK
    days_pass(world, 45)
    world.back_up({"a": b"one"})
    after = world.admin.get(path(world))
    assert (after["capacity_bytes"], after["fee_per_period_yen"]) == (BLOCK, 1_000)
    assert (after["version"], after["upcoming"]) == (3, None)
    assert world.usage() == (BLOCK, BLOCK - 3)


def test_another_change_replaces_one_that_waits(world: World) -> None:
    amend(world, capacity_bytes=3 * BLOCK)
    amend(world, capacity_bytes=BLOCK)
    told = amend(world, capacity_bytes=2 * BLOCK)
    assert told["upcoming"]["version"] == 4
    assert amend(world, capacity_bytes=4 * BLOCK)["upcoming"] is None


def test_a_change_that_leaves_the_price_is_made_now_and_to_what_waits(world: World) -> None:
    amend(world, capacity_bytes=3 * BLOCK)
    amend(world, capacity_bytes=BLOCK)
    told = amend(world, patients={"mode": "all_but", "patient_ids": ["P-2"]})
    assert told["patients"]["patient_ids"] == ["P-2"]
    assert told["upcoming"]["patients"]["patient_ids"] == ["P-2"]
    assert (told["version"], told["upcoming"]["version"]) == (4, 5)
    kept = world.admin.get(path(world, "versions"))["items"]
    assert [each["version"] for each in kept] == [1, 2, 3, 4, 5]
    days_pass(world, 45)
    world.open_batch()
    after = world.admin.get(path(world))
    assert (after["version"], after["capacity_bytes"]) == (5, BLOCK)
    assert after["patients"]["patient_ids"] == ["P-2"]


def test_more_may_be_stored_until_less_is_agreed_on_and_then_nothing_new_is_taken(
    client: Client,
) -> None:
    world = build(client, capacity_bytes=BLOCK + MEGABYTE, term="monthly")
    amend(world, capacity_bytes=4)
    world.back_up({"a": b"five!"})
    days_pass(world, 45)
    told = world.chunk(world.open_batch(), 0, a_chunk({"b": b"six"}))
    assert told[0]["code"] == "quota-exceeded"
    assert world.usage() == (4, -1)


def test_less_than_is_stored_is_refused_with_both_figures(world: World) -> None:
    world.back_up({"a": b"five!"})
    for end in (("amendments",), ("amendments", "quote")):
        response = world.admin.call("POST", path(world, *end), {"capacity_bytes": 4})
        told = response.json_body
        assert (response.status_code, told["capacity_bytes"], told["stored_bytes"]) == (409, 4, 5)


# --- overage -----------------------------------------------------------------------------------


def test_with_overage_nothing_is_refused_at_the_limit(client: Client) -> None:
    world = build(client, capacity_bytes=4, limit_policy="overage")
    world.back_up({"a": b"five!"})
    assert world.usage() == (4, -1)
    told = world.chunk(world.open_batch(), 0, a_chunk({"b": b"six"}))
    assert told[0]["state"] == "upload"


def test_above_the_limit_what_is_not_capacity_can_still_change(client: Client) -> None:
    world = build(client, capacity_bytes=4, limit_policy="overage")
    world.back_up({"a": b"five!"})
    amend(world, limit_policy="reject")
    told = world.chunk(world.open_batch(), 0, a_chunk({"b": b"six"}))
    assert told[0]["code"] == "quota-exceeded"


# --- special terms -----------------------------------------------------------------------------


def test_a_special_change_waits_for_the_provider_and_the_contract_goes_on(world: World) -> None:
    told = amend(world, unit_price_yen=1_500)
    assert (told["version"], told["proposed"]["version"]) == (1, 2)
    assert told["fee_per_period_yen"] == 1_000
    accept = f"/facilities/{world.facility_id}{path(world)}/accept"
    agreed = world.operator.post(accept)
    assert (agreed["version"], agreed["proposed"]) == (2, None)
    assert (agreed["accepted_by"], agreed["fee_per_period_yen"]) == ("person-operator", 1_500)
    assert audited(world)[-2:] == ["amend-contract", "accept-amendment"]


def test_a_special_change_that_is_declined_is_gone_and_the_contract_goes_on(world: World) -> None:
    amend(world, unit_price_yen=1_500)
    here = f"/facilities/{world.facility_id}{path(world)}"
    told = world.operator.post(f"{here}/decline")
    assert (told["state"], told["version"], told["proposed"]) == ("active", 1, None)
    assert world.operator.refused("POST", f"{here}/decline", {}) == (409, "illegal-transition")


# --- versions ----------------------------------------------------------------------------------


def test_every_version_is_kept_with_both_acceptances_and_digests(world: World) -> None:
    amend(world, capacity_bytes=2 * BLOCK)
    amend(world, timing={"kind": "nightly", "at": "03:00"})
    kept = world.admin.get(path(world, "versions"))["items"]
    assert [each["version"] for each in kept] == [1, 2, 3]
    assert [each["timing"]["at"] for each in kept] == ["02:00", "02:00", "03:00"]
    assert len({each["terms_sha256"] for each in kept}) == 3
    for each in kept:
        assert each["signed_by"] == "person-facility-admin"
        assert each["accepted_by"] == "standard-terms"
        assert each["signed_at"] <= each["accepted_at"]
        assert len(each["price_book_sha256"]) == 64


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "nothing changes: name one of timing"),
        ({"capacity_bytes": BLOCK}, "nothing changes"),
        ({"capacity_bytes": 0}, "capacity_bytes"),
        ({"batch_scope": "object"}, "not by object"),
        ({"term": "annual"}, "term"),
        ({"timing": {"kind": "nightly", "at": "25:00"}}, "local time"),
    ],
)
def test_a_change_that_is_impossible_is_named(
    world: World, change: dict[str, Any], told: str
) -> None:
    for end in (("amendments",), ("amendments", "quote")):
        response = world.admin.call("POST", path(world, *end), change)
        assert response.status_code == 422
        assert told in response.json_body["detail"]


def test_an_ended_contract_is_not_amended(world: World) -> None:
    world.admin.post(path(world, "end"))
    answer = world.admin.refused("POST", path(world, "amendments"), {"capacity_bytes": 2 * BLOCK})
    assert answer == (409, "contract-not-active")


# --- cancelling --------------------------------------------------------------------------------


def test_cancelled_with_its_period_it_goes_on_until_then(world: World) -> None:
    asked = {"policy": "end_of_term"}
    shown = world.admin.post(path(world, "cancellation", "quote"), asked)
    told = world.admin.post(path(world, "cancellation"), asked)
    assert shown["refund"] == {"fee_yen": 0, "tax_yen": 0, "total_yen": 0}
    assert (told["state"], told["ends_on"]) == ("active", shown["ends_on"])
    assert told["renews_on"] is None
    assert audited(world)[-1] == "cancel-contract"
    world.open_batch()
    days_pass(world, 35)
    answer = world.agent.refused("POST", f"/targets/{world.target_id}/batches", {})
    assert answer == (409, "contract-ended")


def test_cancelled_at_short_rate_it_ends_today_and_the_rest_comes_back(client: Client) -> None:
    world = build(client, capacity_bytes=BLOCK)
    days_pass(world, 100)  # in the fourth month
    asked = {"policy": "short_rate"}
    shown = world.admin.post(path(world, "cancellation", "quote"), asked)
    assert (shown["refund"]["fee_yen"], shown["refund"]["tax_yen"]) == (6_000, 600)
    assert shown["months_charged"] == 4
    told = world.admin.post(path(world, "cancellation"), asked)
    assert (told["state"], told["refund_yen"]) == ("ended", 6_000)
    answer = world.admin.refused("POST", path(world, "cancellation"), asked)
    assert answer == (409, "contract-not-active")


def test_a_month_is_not_cancelled_at_short_rate(world: World) -> None:
    asked = {"policy": "short_rate"}
    response = world.admin.call("POST", path(world, "cancellation", "quote"), asked)
    assert response.status_code == 422
    assert 'choose "end_of_term"' in response.json_body["detail"]


def test_a_cancelled_contract_is_neither_cancelled_again_nor_amended(world: World) -> None:
    asked = {"policy": "end_of_term"}
    world.admin.post(path(world, "cancellation"), asked)
    for end, body in (("cancellation", asked), ("amendments", {"capacity_bytes": 2 * BLOCK})):
        answer = world.admin.refused("POST", path(world, end), body)
        assert answer == (409, "contract-cancelled")


# --- targets are independent (claim 6) -----------------------------------------------------------


def stored_of(world: World) -> dict[str, Any]:
    """Return every stored row of the facility that is about the world's target."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    return {
        sk: row
        for sk, row in core.items()
        if world.target_id in str((sk, row)) or world.contract_id in str((sk, row))
    }


@pytest.mark.parametrize(
    "what",
    ["amend up", "amend down", "propose", "cancel", "cancel at short rate", "suspend", "end"],
)
def test_what_happens_to_one_target_leaves_every_row_of_another_as_it_was(
    client: Client, what: str
) -> None:
    world = build(client, capacity_bytes=2 * BLOCK)
    world.back_up({"a": b"one"})
    before = stored_of(world)
    first = (world.target_id, world.contract_id)
    assert len(before) == 7, "target, contract, version, usage, timer, look ahead, and bill"
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = added["target_id"]
    sign(world, capacity_bytes=2 * BLOCK, term_count=2, auto_renew=True)
    assert world.admin.refused("POST", "/contracts", a_form(world.target_id))[0] == 409
    befall(world, what)
    world.target_id, world.contract_id = first
    assert stored_of(world) == before


def befall(world: World, what: str) -> None:
    """Let *what* happen to the world's contract."""
    match what:
        case "amend up":
            amend(world, capacity_bytes=3 * BLOCK)
        case "amend down":
            amend(world, capacity_bytes=BLOCK)
        case "propose":
            amend(world, unit_price_yen=1_100)
        case "cancel":
            world.admin.post(path(world, "cancellation"), {"policy": "end_of_term"})
        case "cancel at short rate":
            world.admin.post(path(world, "cancellation"), {"policy": "short_rate"})
        case "end":
            world.admin.post(path(world, "end"))
        case "suspend":
            suspend(world)


# --- states ------------------------------------------------------------------------------------

BILLING = Caller(Role.OPERATOR, "billing")


def move(world: World, state: ContractState) -> Contract:
    return changing.move(BILLING, world.facility_id, world.contract_id, state)


def suspend(world: World) -> None:
    for state in (ContractState.GRACE, ContractState.SUSPENDED):
        move(world, state)


def test_a_suspended_contract_takes_nothing_until_it_is_active_again(world: World) -> None:
    suspend(world)
    batches = f"/targets/{world.target_id}/batches"
    assert world.agent.refused("POST", batches, {}) == (409, "contract-not-active")
    move(world, ContractState.ACTIVE)
    world.open_batch()
    assert audited(world)[-3:] == ["contract-grace", "contract-suspended", "contract-active"]


def test_an_illegal_step_is_refused_and_nothing_is_written(world: World) -> None:
    before = (stored_of(world), audited(world))
    with pytest.raises(Conflict, match="only grace or ended"):
        move(world, ContractState.SUSPENDED)
    assert (stored_of(world), audited(world)) == before
