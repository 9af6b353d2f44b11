"""What a facility's people file, see and take back, each their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.access.model import Caller, Role
from chalicelib.inquiries import store
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.model import MOST_AN_HOUR, MOST_OPEN, InquiryState, Reference, What
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound, TooMany
from tests.inquiries.scene import (
    PDF,
    answered,
    asked_back,
    colleague,
    collected,
    doctor,
    filed,
    kept,
    routed,
    sent,
)
from tests.support.canary import found_in
from tests.support.world import World

HOUR = 3600


def test_what_is_filed_is_listed_for_who_filed_it(world: World) -> None:
    first, second = filed(doctor(world)), filed(doctor(world))

    listed = filing.mine(doctor(world), None).inquiries
    assert [each.inquiry_id for each in listed] == [second.inquiry_id, first.inquiry_id]
    assert filing.mine(colleague(world), None).inquiries == []


def test_it_is_looked_at_when_the_next_collection_is_made(world: World) -> None:
    looked = clock.parse(filed(doctor(world)).look_at)

    assert looked.minute % 15 == looked.second == 0
    assert 0 < (looked - clock.now()).total_seconds() <= 15 * 60


def test_a_colleague_finds_nothing_of_it(world: World) -> None:
    inquiry_id = filed(doctor(world)).inquiry_id
    acts: list[Callable[[], object]] = [
        lambda: filing.see(colleague(world), inquiry_id),
        lambda: filing.reply(colleague(world), inquiry_id, "Mine"),
        lambda: filing.withdraw(colleague(world), inquiry_id),
        lambda: filing.close(colleague(world), inquiry_id),
        lambda: filing.file_url(colleague(world), inquiry_id, "file-1"),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()


def test_filed_again_by_the_same_form_it_is_one(world: World) -> None:
    inquiry_id = filing.new_id()
    file_id = sent(doctor(world))

    first = filed(doctor(world), inquiry_id, file_ids=[file_id])
    assert filed(doctor(world), inquiry_id, file_ids=[file_id]) == first
    assert filing.room(doctor(world)).open == 1


def test_other_words_in_the_same_form_are_not_lost_unsaid(world: World) -> None:
    inquiry_id = filed(doctor(world)).inquiry_id

    with pytest.raises(Conflict, match="open a new one"):
        filed(doctor(world), inquiry_id, text="Another question")


def test_nobody_files_under_an_id_of_somebody_else(world: World) -> None:
    inquiry_id = filed(doctor(world)).inquiry_id

    with pytest.raises(Conflict, match="open a new one"):
        filed(colleague(world), inquiry_id)


def test_an_id_is_of_now(world: World) -> None:
    long_ago = ids.new_id("inquiry", clock.parse("2020-01-01T00:00:00Z"))
    for each in (long_ago, "inquiry-1", "capture-" + long_ago.partition("-")[2]):
        with pytest.raises(Invalid, match="open it anew"):
            filed(doctor(world), each)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "praise"}, "bad-kind"),
        ({"delivery": "by pigeon"}, "bad-delivery"),
        ({"subject": " \r\n\t"}, "no-subject"),
        ({"subject": "x" * 101}, "too-long"),
        ({"text": "\x00\x1b "}, "no-text"),
        ({"text": "x" * 4001}, "too-long"),
        ({"file_ids": [f"file-{number}" for number in range(6)]}, "too-many-files"),
        ({"file_ids": ["file-1"]}, "file-missing"),
    ],
)
def test_what_cannot_be_filed_takes_no_room(world: World, changes: Any, code: str) -> None:
    with pytest.raises(HokanError) as refused:
        filed(doctor(world), **changes)

    assert refused.value.code == code
    assert filing.room(doctor(world)).open == 0


def test_lines_are_kept_and_nothing_invisible(world: World) -> None:
    inquiry = filed(doctor(world), subject="A\r\n subject\x07", text=" One\r\nTwo\r\x1b[1m")

    [message] = store.messages(inquiry.inquiry_id)
    assert (inquiry.subject, message.text) == ("A subject", "One\nTwo\n[1m")


def test_a_reference_is_to_what_is_there(world: World) -> None:
    world.back_up({"E-1/a": b"one"})
    [shown] = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    digest = world.doctor.get(f"/targets/{world.target_id}/examinations/{shown['examination_id']}")[
        "files"
    ][0]["sha256"]
    there = Reference(
        target_id=world.target_id, examination_id=shown["examination_id"], sha256=digest
    )

    assert filed(doctor(world), reference=there).reference == there
    for changes in ({"sha256": "0" * 64}, {"examination_id": "exam-0"}, {"target_id": "target-0"}):
        with pytest.raises(NotFound):
            filed(doctor(world), reference=Reference(**_fields(there) | changes))
    with pytest.raises(NotFound):
        filed(Caller(Role.DOCTOR, "person-doctor", "facility-0"), reference=there)


def _fields(reference: Reference) -> dict[str, str]:
    return {name: getattr(reference, name) for name in Reference.__struct_fields__}


def test_twenty_are_open_at_once(world: World) -> None:
    for number in range(MOST_OPEN):
        clock.move(HOUR * (number // MOST_AN_HOUR) + number)
        last = filed(doctor(world))
    clock.move(3 * HOUR)

    with pytest.raises(Conflict, match="close one that is settled"):
        filed(colleague(world))
    filing.withdraw(doctor(world), last.inquiry_id)
    assert filed(colleague(world)).state is InquiryState.FILED


def test_ten_are_filed_in_an_hour(world: World) -> None:
    for _ in range(MOST_AN_HOUR):
        filed(doctor(world))

    with pytest.raises(TooMany, match="wait a little") as refused:
        filed(colleague(world))
    again_at = clock.parse(str(refused.value.facts["again_at"]))
    clock.move(round((again_at - clock.now()).total_seconds()) + 1)
    assert filed(colleague(world)).state is InquiryState.FILED


def test_what_was_collected_is_withdrawn_no_more(world: World) -> None:
    inquiry = collected(filed(doctor(world)))

    with pytest.raises(Conflict, match="the provider has it already"):
        filing.withdraw(doctor(world), inquiry.inquiry_id)


def test_what_was_not_collected_is_withdrawn_and_not_closed(world: World) -> None:
    inquiry = filed(doctor(world))

    with pytest.raises(Conflict, match="not collected"):
        filing.close(doctor(world), inquiry.inquiry_id)


def test_an_answer_that_is_seen_is_picked_up_once(world: World) -> None:
    inquiry = answered(filed(doctor(world)))

    for _ in range(2):
        seen = filing.see(doctor(world), inquiry.inquiry_id)
        assert [each.what for each in seen.messages] == [What.INQUIRY, What.ANSWER]
        assert [each.state for each in seen.inquiry.steps].count(InquiryState.PICKED_UP) == 1


def test_a_reply_to_a_question_lets_it_be_due_again(world: World) -> None:
    waiting = asked_back(routed(filed(doctor(world))))

    after = filing.reply(doctor(world), waiting.inquiry_id, "The second one")
    assert (waiting.waits_since != "", after.waits_since) == (True, "")
    assert after.due_at == after.look_at > waiting.due_at


def test_a_reply_to_an_answer_asks_again(world: World) -> None:
    inquiry = answered(filed(doctor(world)))

    after = filing.reply(doctor(world), inquiry.inquiry_id, "It is still dark")
    assert (after.state, after.desks) == (InquiryState.ROUTED, [inquiry.department_id])


def test_more_may_be_said_before_anybody_looks(world: World) -> None:
    inquiry = filed(doctor(world))

    assert filing.reply(doctor(world), inquiry.inquiry_id, "And so").state is InquiryState.FILED


def test_a_reply_sent_twice_in_a_row_is_said_once(world: World) -> None:
    inquiry = filed(doctor(world))
    for text in ("More", " More\r\n", "And more", "More"):
        filing.reply(doctor(world), inquiry.inquiry_id, text)

    said = [each.text for each in store.messages(inquiry.inquiry_id)][1:]
    assert said == ["More", "And more", "More"]


def test_what_has_ended_is_not_replied_to(world: World) -> None:
    inquiry_id = filed(doctor(world)).inquiry_id
    filing.withdraw(doctor(world), inquiry_id)

    with pytest.raises(Conflict, match="file another inquiry"):
        filing.reply(doctor(world), inquiry_id, "And so")


def test_files_go_along_under_names_that_tell_nothing(world: World) -> None:
    file_id = sent(doctor(world), "Yamada.pdf")
    inquiry = filed(doctor(world), file_ids=[file_id])

    [message] = filing.see(doctor(world), inquiry.inquiry_id).messages
    assert [each.name for each in message.files] == ["file-1.pdf"]
    assert kept(message.files[0].key) == PDF


def test_a_name_is_told_where_its_sender_wants_it(world: World) -> None:
    file_id = sent(doctor(world), r"C:\scans\山田.PDF")
    inquiry = filed(doctor(world), file_ids=[file_id], keeps_names=True)

    [file] = store.messages(inquiry.inquiry_id)[0].files
    assert file.name == "山田.PDF"
    url = filing.file_url(doctor(world), inquiry.inquiry_id, file_id)
    assert f"filename%3D%22{file_id}.pdf%22" in url
    assert "response-content-type=application%2Foctet-stream" in url


def test_no_key_or_address_tells_what_people_wrote(world: World) -> None:
    file_id = sent(doctor(world), "Hanako.pdf")
    inquiry = filed(doctor(world), file_ids=[file_id], keeps_names=True)

    [file] = store.messages(inquiry.inquiry_id)[0].files
    told = [file.key, filing.file_url(doctor(world), inquiry.inquiry_id, file_id)]
    assert [found_in(each) for each in told] == [[], []]
    assert not any("Hanako" in each for each in told)
