"""Two at once at the provider's: an inquiry is collected, routed and answered once, or refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.due import DueRow
from chalicelib.inquiries import collecting, routing, store
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.model import Department, Inquiry, InquiryState, What
from chalicelib.kernel import clock
from tests.faults.inquiry_invariants import heads, messages
from tests.faults.interleaving import Act, Actor, in_every_order, interrupted
from tests.faults.stories import in_hours
from tests.inquiries.desk_scene import (
    CLERK,
    OPERATOR,
    a_department,
    collected,
    employed,
    ruled,
    with_department,
)
from tests.inquiries.racing import DEEP, Check, Pair, explored, refusals
from tests.inquiries.scene import doctor, filed
from tests.support.world import World

PAIRS: dict[str, Pair] = {}
CHANGED = "inquiry-changed"


def pair(name: str) -> Callable[[Pair], Pair]:
    def told(prepare: Pair) -> Pair:
        PAIRS[name] = prepare
        return prepare

    return told


def looking(inquiry: Inquiry) -> Act:
    """Look at an inquiry as the schedule does when it is due."""
    row = DueRow(f"FACILITY#{inquiry.facility_id}", f"INQUIRY#{inquiry.inquiry_id}", "", {})
    at = clock.parse(inquiry.look_at)
    return lambda: collecting.look(row, at)


def steps_of(inquiry: Inquiry) -> list[InquiryState]:
    return [each.state for each in heads()[inquiry.inquiry_id].steps]


def said(inquiry: Inquiry, what: What) -> int:
    return sum(each.what is what for each in messages()[inquiry.inquiry_id])


def two(world: World) -> tuple[Department, Department, Inquiry]:
    """Let an inquiry lie with the first of two departments, somebody working in both."""
    first, other = a_department("Support"), a_department("Engineering")
    employed(CLERK, first, other)
    return first, other, with_department(first, facility_id=world.facility_id)


def ends_with(inquiry: Inquiry, *states: InquiryState) -> Check:
    def check(actors: list[Actor]) -> None:  # noqa: ARG001 - the shape of all checks
        assert steps_of(inquiry) == [InquiryState.FILED, *states]

    return check


@pair("collect, collect: the schedule twice")
def _(world: World) -> tuple[Act, Act, Check]:
    ruled(default=a_department())
    inquiry = filed(doctor(world))
    look = looking(inquiry)
    return look, look, ends_with(inquiry, InquiryState.COLLECTED, InquiryState.ROUTED)


@pair("collect, collect now")
def _(world: World) -> tuple[Act, Act, Check]:
    ruled(default=a_department())
    inquiry = filed(doctor(world))

    def now() -> object:
        return collecting.collect_now(OPERATOR)

    return looking(inquiry), now, ends_with(inquiry, InquiryState.COLLECTED, InquiryState.ROUTED)


@pair("collect, withdraw")
def _(world: World) -> tuple[Act, Act, Check]:
    ruled(default=a_department())
    inquiry = filed(doctor(world))

    def one_of_two(actors: list[Actor]) -> None:
        was_withdrawn = actors[1].refused is None
        assert (InquiryState.WITHDRAWN in steps_of(inquiry)) == was_withdrawn
        assert (InquiryState.COLLECTED in steps_of(inquiry)) != was_withdrawn
        assert set(refusals(actors)) <= {CHANGED, "too-late"}

    return looking(inquiry), lambda: filing.withdraw(doctor(world), inquiry.inquiry_id), one_of_two


@pair("answer, answer: two of a department")
def _(world: World) -> tuple[Act, Act, Check]:
    *_, inquiry = two(world)

    def once(actors: list[Actor]) -> None:
        assert len(refusals(actors)) == 1
        assert said(inquiry, What.ANSWER) == 1

    def answer() -> object:
        return desk.answer(CLERK, inquiry.inquiry_id, "The lamp was low")

    return answer, answer, once


@pair("answer, the operator routes it elsewhere")
def _(world: World) -> tuple[Act, Act, Check]:
    _, other, inquiry = two(world)

    def route() -> object:
        return routing.route(store.inquiry(inquiry.inquiry_id), other, clock.now())

    def in_order(actors: list[Actor]) -> None:
        assert set(refusals(actors)) <= {CHANGED, "not-routable"}
        assert said(inquiry, What.ANSWER) == (actors[0].refused is None)

    answer = lambda: desk.answer(CLERK, inquiry.inquiry_id, "So.")  # noqa: E731 - an act
    return answer, route, in_order


@pair("answer, pass on")
def _(world: World) -> tuple[Act, Act, Check]:
    _, other, inquiry = two(world)
    seen = inquiry.version

    def one_of_two(actors: list[Actor]) -> None:
        assert len(refusals(actors)) == 1
        assert said(inquiry, What.ANSWER) + said(inquiry, What.PASS) == 1

    return (
        lambda: desk.answer(CLERK, inquiry.inquiry_id, "So.", seen=seen),
        lambda: desk.hand_on(CLERK, inquiry.inquiry_id, other.department_id, "Yours", seen=seen),
        one_of_two,
    )


@pair("answer, give a part")
def _(world: World) -> tuple[Act, Act, Check]:
    _, other, inquiry = two(world)
    desk.share(CLERK, inquiry.inquiry_id, other.department_id)

    def nothing_twice(actors: list[Actor]) -> None:
        assert set(refusals(actors)) <= {CHANGED, "not-routed"}
        assert said(inquiry, What.ANSWER) == (actors[0].refused is None)
        assert said(inquiry, What.PART) == (actors[1].refused is None)

    return (
        lambda: desk.answer(CLERK, inquiry.inquiry_id, "So."),
        lambda: desk.part(CLERK, inquiry.inquiry_id, "The lamp is old"),
        nothing_twice,
    )


def nobody_is_left(world: World, gone: Department, inquiry: Inquiry, heir: Department) -> Check:
    """Once the schedule came by, nothing lies with a dissolved department."""

    def check(actors: list[Actor]) -> None:  # noqa: ARG001 - the shape of all checks
        world.tick(in_hours(0.05))
        found = store.inquiry(inquiry.inquiry_id)
        assert gone.department_id not in found.desks
        assert found.state is not InquiryState.ROUTED or found.department_id == heir.department_id
        assert store.of_department(gone.department_id, None).inquiries == []

    return check


def dissolve(gone: Department, heir: Department) -> Act:
    def act() -> object:
        departments.dissolve(OPERATOR, gone.department_id, heir.department_id)
        return None

    return act


@pair("dissolve, route to it")
def _(world: World) -> tuple[Act, Act, Check]:
    gone, heir = a_department("Gone"), a_department("Heir")
    ruled(default=gone)
    inquiry = collected(filed(doctor(world)))
    return dissolve(gone, heir), looking(inquiry), nobody_is_left(world, gone, inquiry, heir)


@pair("dissolve, answer")
def _(world: World) -> tuple[Act, Act, Check]:
    gone, heir, inquiry = two(world)
    answer = lambda: desk.answer(CLERK, inquiry.inquiry_id, "So.")  # noqa: E731 - an act
    return dissolve(gone, heir), answer, nobody_is_left(world, gone, inquiry, heir)


@pair("dissolve, ask it for a part")
def _(world: World) -> tuple[Act, Act, Check]:
    own, gone, inquiry = two(world)
    share = lambda: desk.share(CLERK, inquiry.inquiry_id, gone.department_id)  # noqa: E731
    return dissolve(gone, own), share, nobody_is_left(world, gone, inquiry, own)


@pair("dissolve, dissolve: each into the other")
def _(world: World) -> tuple[Act, Act, Check]:
    first, other, inquiry = two(world)

    def one_is_left(actors: list[Actor]) -> None:
        assert len(refusals(actors)) == 1
        (left,) = departments.every()
        assert store.inquiry(inquiry.inquiry_id).department_id == left.department_id

    return dissolve(first, other), dissolve(other, first), one_is_left


@pair("the schedule tells of what is overdue, twice")
def _(world: World) -> tuple[Act, Act, Check]:
    *_, inquiry = two(world)
    look = looking(inquiry)

    def once(actors: list[Actor]) -> None:  # noqa: ARG001 - the shape of all checks
        assert heads()[inquiry.inquiry_id].is_late

    return look, look, once


@pytest.mark.parametrize("name", PAIRS)
def test_two_at_once_end_well_wherever_one_interrupts_the_other(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    first, second, check = PAIRS[name](world)
    record_property("scenarios", explored(interrupted(first, second), check))


@pytest.mark.deep
@pytest.mark.parametrize("name", PAIRS)
def test_two_at_once_end_well_in_every_order(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    first, second, check = PAIRS[name](world)
    played = in_every_order(first, second, at_most=DEEP)
    record_property("scenarios", explored(played, check))
