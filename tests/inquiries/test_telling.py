"""What a facility's agent hears of answers that are delivered directly."""

from __future__ import annotations

import json

from chalicelib.inquiries import moving, store
from chalicelib.inquiries.model import Delivery, InquiryState
from chalicelib.kernel import clock
from tests.inquiries.telling_scene import answered, answered_again, filed, replied
from tests.support.world import World, build

ANSWERS = "/agent/answers"


def heard(world: World) -> list[str]:
    return [each["inquiry_id"] for each in world.agent.get(ANSWERS)["items"]]


def show(world: World, inquiry_id: str) -> str:
    return str(world.agent.post(f"{ANSWERS}/{inquiry_id}/shown")["state"])


def test_an_answer_that_is_delivered_directly_is_heard_of(world: World) -> None:
    inquiry = answered(world.facility_id)
    assert heard(world) == [inquiry.inquiry_id]


def test_neither_subject_nor_text_nor_asker_is_told(world: World) -> None:
    answered(world.facility_id)
    (told,) = world.agent.get(ANSWERS)["items"]
    assert set(told) == {"inquiry_id", "answered_at", "path"}
    assert not any(each in json.dumps(told) for each in ("Whose", "So it is", "person"))


def test_what_waits_or_is_picked_up_in_the_portal_is_not_heard_of(world: World) -> None:
    filed(world.facility_id)
    answered(world.facility_id, delivery=Delivery.PICK_UP)
    assert heard(world) == []


def test_a_notice_on_a_terminal_delivers_the_answer_once(world: World) -> None:
    inquiry_id = answered(world.facility_id).inquiry_id
    assert [show(world, inquiry_id) for _ in range(2)] == ["delivered", "delivered"]
    steps = store.inquiry(inquiry_id).steps
    assert [each.state for each in steps].count(InquiryState.DELIVERED) == 1
    assert heard(world) == []


def test_an_answer_that_a_mail_delivered_is_still_shown_on_a_terminal(world: World) -> None:
    inquiry, now = answered(world.facility_id), clock.now()
    store.change(inquiry, moving.delivered(inquiry, now), now)
    assert heard(world) == [inquiry.inquiry_id]
    assert (show(world, inquiry.inquiry_id), heard(world)) == ("delivered", [])


def test_what_its_asker_has_read_is_shown_no_more(world: World) -> None:
    inquiry, now = answered(world.facility_id), clock.now()
    store.change(inquiry, moving.picked_up(inquiry, now), now)
    assert heard(world) == []
    assert show(world, inquiry.inquiry_id) == "picked-up"


def test_another_answer_is_shown_anew(world: World) -> None:
    inquiry_id = answered(world.facility_id).inquiry_id
    show(world, inquiry_id)
    answered_again(replied(store.inquiry(inquiry_id)))
    assert heard(world) == [inquiry_id]


def test_another_facilitys_answer_does_not_exist(world: World) -> None:
    inquiry_id = answered(world.facility_id).inquiry_id
    other = build(world.client)
    assert heard(other) == []
    assert other.agent.refused("POST", f"{ANSWERS}/{inquiry_id}/shown") == (404, "not-found")
    assert store.inquiry(inquiry_id).state is InquiryState.ANSWERED


def test_an_answer_to_be_picked_up_is_not_a_terminals_to_deliver(world: World) -> None:
    inquiry_id = answered(world.facility_id, delivery=Delivery.PICK_UP).inquiry_id
    assert world.agent.refused("POST", f"{ANSWERS}/{inquiry_id}/shown") == (404, "not-found")
