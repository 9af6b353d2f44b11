"""The queues, as the provider sees them: what waits, what failed, and sending it back."""

from __future__ import annotations

import pytest

from chalicelib import queues
from chalicelib.access.model import Role
from chalicelib.settings import settings
from tests.faults.crashes import calls_of
from tests.portal.test_home import said
from tests.support.queue import Queue, notification
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World

QUEUES = "/portal/queues"
SEND_BACK = "/portal/queues/ingest/send-back"


@pytest.fixture
def queue(world: World) -> Queue:
    return Queue(world)


@pytest.fixture
def operator(world: World) -> Visitor:  # noqa: ARG001 - it makes the world
    return signed_in(Role.OPERATOR)


def letters(count: int) -> list[str]:
    return [notification(f"t/target-1/{number:064}") for number in range(count)]


def send_back(operator: Visitor) -> Answer:
    operator.get(SEND_BACK)
    return operator.send(SEND_BACK)


def test_an_empty_queue_is_in_order(operator: Visitor) -> None:
    page = said(operator.get(QUEUES).text)
    assert "Images that have arrived In order Waiting 0 Being handled 0 Failed 0" in page
    assert "ZIPs that were asked for In order Waiting 0" in page
    assert "Discs that were asked for In order Waiting 0" in page
    assert "Pictures to be made In order Waiting 0" in page
    assert "Scheduled runs In order Failed 0" in page


def test_what_waits_and_what_failed_is_counted(operator: Visitor, queue: Queue) -> None:
    queue.put(letters(3))
    queue.put_dead(letters(2))
    page = operator.get(QUEUES).text
    assert "Something failed Waiting 3 Being handled 0 Failed 2 Each is kept" in said(page)
    assert f'href="{SEND_BACK}"' in page


def test_a_failed_schedule_has_nothing_to_send_back(operator: Visitor) -> None:
    queues._client().send_message(
        QueueUrl=queues._url(settings().schedule_dead_letters), MessageBody="{}"
    )
    page = operator.get(QUEUES).text
    assert "nothing has to be sent back" in said(page)
    assert "send-back" not in page
    assert operator.get("/portal/queues/schedule/send-back").status == 404


def test_sending_back_is_asked_first(operator: Visitor, queue: Queue) -> None:
    queue.put_dead(letters(2))
    page = said(operator.get(SEND_BACK).text)
    assert "2 messages go back to the queue" in page
    assert len(queue.dead_letters()) == 2


def test_dead_letters_go_back_to_their_queue(operator: Visitor, queue: Queue) -> None:
    queue.put_dead(letters(12))
    page = send_back(operator)
    assert "12 messages were sent back." in said(page.text)
    assert sorted(queue.waiting()) == letters(12)
    assert queue.dead_letters() == []


def test_sending_back_nothing_says_so(operator: Visitor) -> None:
    assert "There is nothing to send back." in said(operator.get(SEND_BACK).text)
    operator.get(QUEUES)
    assert "0 messages were sent back." in said(operator.send(SEND_BACK).text)


def test_one_click_sends_back_a_bounded_number(
    operator: Visitor, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.portal.backlog.ROUNDS", 2)
    queue.put_dead(letters(10 * 2 + 1))
    send_back(operator)
    assert len(queue.dead_letters()) == 1


def test_who_sent_back_is_audited_before(
    operator: Visitor, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.kernel.errors import Unavailable

    def full(*_: object, **__: object) -> None:
        raise Unavailable("no audit")

    queue.put_dead(letters(1))
    operator.get(SEND_BACK)
    monkeypatch.setattr("chalicelib.portal.backlog.audit", full)
    assert operator.submit(SEND_BACK).status == 503
    assert len(queue.dead_letters()) == 1


def test_the_page_asks_each_queue_once(operator: Visitor) -> None:
    operator.get(QUEUES)
    calls = calls_of(lambda: operator.get(QUEUES))
    assert calls.count("GetQueueAttributes") == 9
    assert "ReceiveMessage" not in calls


def test_a_number_that_is_none_is_not_shown(operator: Visitor) -> None:
    assert "sent back." not in said(operator.get(f"{QUEUES}?sent=<b>").text)
