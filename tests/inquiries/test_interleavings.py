"""Two at once, in any order of their AWS calls: all that is listed and counted follows, once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.inquiries import store
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.model import MOST_AN_HOUR, MOST_OPEN, Inquiry, InquiryState
from chalicelib.kernel import clock
from tests.faults.inquiry_invariants import heads
from tests.faults.interleaving import Act, Actor, in_every_order, interrupted
from tests.inquiries.racing import DEEP, Check, Pair, explored, refusals
from tests.inquiries.scene import answered, asked_back, collected, doctor, filed, routed, sent
from tests.support.world import World

PAIRS: dict[str, Pair] = {}


def pair(name: str) -> Callable[[Pair], Pair]:
    def told(prepare: Pair) -> Pair:
        PAIRS[name] = prepare
        return prepare

    return told


def state_of(inquiry: Inquiry) -> InquiryState:
    return store.inquiry(inquiry.inquiry_id).state


def both(actors: list[Actor]) -> None:
    assert refusals(actors) == []


def one_of_two(code: str) -> Check:
    def check(actors: list[Actor]) -> None:
        assert refusals(actors) == [code]

    return check


def fill(world: World, number: int) -> None:
    """File some, an hour after every ten."""
    for each in range(number):
        if each and each % MOST_AN_HOUR == 0:
            clock.move(3601 * (each // MOST_AN_HOUR))
        filed(doctor(world))


@pair("file, file: the last that may be open")
def _(world: World) -> tuple[Act, Act, Check]:
    fill(world, MOST_OPEN - 1)
    clock.move(3601 * 2)
    return (
        partial(filed, doctor(world)),
        partial(filed, doctor(world)),
        one_of_two("too-many-open"),
    )


@pair("file, file: the last of an hour")
def _(world: World) -> tuple[Act, Act, Check]:
    fill(world, MOST_AN_HOUR - 1)
    return (
        partial(filed, doctor(world)),
        partial(filed, doctor(world)),
        one_of_two("too-many-an-hour"),
    )


@pair("file, file: one form by two clicks")
def _(world: World) -> tuple[Act, Act, Check]:
    act = partial(filed, doctor(world), filing.new_id(), file_ids=[sent(doctor(world))])

    def once(actors: list[Actor]) -> None:
        both(actors)
        assert len(heads()) == 1

    return act, act, once


@pair("withdraw, collect")
def _(world: World) -> tuple[Act, Act, Check]:
    inquiry = filed(doctor(world))

    def one_holds(actors: list[Actor]) -> None:
        withdrawn, taken = actors
        assert refusals(actors) in (["inquiry-changed"], ["too-late"])
        assert state_of(inquiry) is (
            InquiryState.COLLECTED if withdrawn.refused else InquiryState.WITHDRAWN
        )
        assert bool(withdrawn.refused) != bool(taken.refused)

    withdraw = partial(filing.withdraw, doctor(world), inquiry.inquiry_id)
    return withdraw, lambda: collected(inquiry), one_holds


@pair("withdraw, withdraw")
def _(world: World) -> tuple[Act, Act, Check]:
    withdraw = partial(filing.withdraw, doctor(world), filed(doctor(world)).inquiry_id)

    def ended(actors: list[Actor]) -> None:
        assert refusals(actors) in ([], ["inquiry-changed"])
        assert filing.room(doctor(world)).open == 0

    return withdraw, withdraw, ended


@pair("reply, answer")
def _(world: World) -> tuple[Act, Act, Check]:
    inquiry = asked_back(routed(filed(doctor(world))))

    def one_holds(actors: list[Actor]) -> None:
        said, given = actors
        assert set(refusals(actors)) <= {"inquiry-changed"}
        assert not (said.refused and given.refused)
        assert len(store.messages(inquiry.inquiry_id)) == 4 - len(refusals(actors))

    reply = partial(filing.reply, doctor(world), inquiry.inquiry_id, "The second one")
    return reply, lambda: answered(inquiry), one_holds


@pair("reply, reply: by two clicks")
def _(world: World) -> tuple[Act, Act, Check]:
    inquiry = asked_back(routed(filed(doctor(world))))
    reply = partial(filing.reply, doctor(world), inquiry.inquiry_id, "The second one")

    def once(actors: list[Actor]) -> None:
        assert refusals(actors) in ([], ["inquiry-changed"])
        assert len(store.messages(inquiry.inquiry_id)) == 3

    return reply, reply, once


@pair("pick up, reply")
def _(world: World) -> tuple[Act, Act, Check]:
    inquiry = answered(routed(filed(doctor(world))))

    def seen(actors: list[Actor]) -> None:
        look, said = actors
        assert look.refused is None
        assert refusals(actors) in ([], ["inquiry-changed"])
        assert state_of(inquiry) is (
            InquiryState.PICKED_UP if said.refused else InquiryState.ROUTED
        )

    look = partial(filing.see, doctor(world), inquiry.inquiry_id)
    reply = partial(filing.reply, doctor(world), inquiry.inquiry_id, "It is still dark")
    return look, reply, seen


@pair("pick up, pick up")
def _(world: World) -> tuple[Act, Act, Check]:
    inquiry = answered(routed(filed(doctor(world))))
    look = partial(filing.see, doctor(world), inquiry.inquiry_id)
    return look, look, both


@pair("close, answer")
def _(world: World) -> tuple[Act, Act, Check]:
    inquiry = routed(filed(doctor(world)))

    def one_holds(actors: list[Actor]) -> None:
        ended, given = actors
        assert set(refusals(actors)) <= {"inquiry-changed"}
        assert not (ended.refused and given.refused)
        assert state_of(inquiry) is (
            InquiryState.ANSWERED if ended.refused else InquiryState.CLOSED
        )

    close = partial(filing.close, doctor(world), inquiry.inquiry_id)
    return close, lambda: answered(inquiry), one_holds


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
