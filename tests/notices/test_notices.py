"""Notices: put once, sent once, tried again, and never with a patient in them."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest

from chalicelib.access import people_store
from chalicelib.access.model import Person, Role
from chalicelib.kernel import clock
from chalicelib.notices import service, store
from chalicelib.notices.model import Fact, Kind, Notice, State
from chalicelib.tables import transaction
from chalicelib.web.letters import RULE
from tests.support import mailbox
from tests.support.canary import found_in
from tests.support.mailbox import PROVIDER

HERE = "facility-1"
ADMIN = "admin@aoba.example"
FULL: dict[str, Fact] = {
    "target_name": "内視鏡室",
    "percent": 80,
    "used_bytes": 8 * 10**9,
    "limit_bytes": 10**10,
}
MISSED: dict[str, Fact] = {"target_name": "内視鏡室", "due_at": "2026-04-01T02:00:00+09:00"}
ENDS: dict[str, Fact] = {
    "target_name": "内視鏡室",
    "days": 30,
    "comes_on": "2027-04-01",
    "renews": False,
}
INVOICE: dict[str, Fact] = {
    "number": "20270401-facility-1",
    "total_yen": 11_000,
    "due_on": "2027-05-06",
    "days_late": 15,
}
GLASS: dict[str, Fact] = {
    "asking_name": "みどり病院",
    "holder_name": "青葉内視鏡クリニック",
    "broken_at": "2026-11-28T02:00:00+09:00",
}
ASKED: dict[str, Fact] = {
    "inquiry_id": "inquiry-1",
    "department_name": "サポート課",
    "due_at": "2026-11-28T02:00:00+09:00",
}
NAMES = ("target_name", "number", "asking_name", "inquiry_id")
SAID: dict[Kind, dict[str, Fact]] = {
    Kind.CAPACITY_WARNING: FULL,
    Kind.CONTRACT_ACCEPTED: {"target_name": "内視鏡室"},
    Kind.CONTRACT_DECLINED: {"target_name": "内視鏡室"},
    Kind.CONTRACT_REMINDER: ENDS,
    Kind.GLASS_BROKEN: GLASS,
    Kind.GLASS_BROKEN_BY_US: GLASS,
    Kind.GLASS_BROKEN_PATIENT: GLASS,
    Kind.INQUIRY_ANSWERED: ASKED,
    Kind.INQUIRY_OVERDUE: ASKED,
    Kind.INQUIRY_QUESTION: ASKED,
    Kind.INVOICE_ISSUED: INVOICE,
    Kind.INVOICE_OVERDUE: INVOICE,
    Kind.PURGE_ASKED: {"target_name": "内視鏡室", "purge_on": "2027-06-30"},
    Kind.PURGE_CERTIFICATE: {"target_name": "内視鏡室", "contract_id": "contract-1", "objects": 3},
    Kind.JOB_MISSED: MISSED,
}


@pytest.fixture
def facility(aws: dict[str, str]) -> str:  # noqa: ARG001
    """A facility with an administrator, in a stage that sends mails."""
    mailbox.switch_on(HOKAN_PORTAL_URL="https://hokan.example", HOKAN_OPERATOR_MAIL=PROVIDER)
    people_store.add(HERE, Person("person-1", ADMIN, Role.FACILITY_ADMIN, gets_mail=True))
    return HERE


def named(kind: Kind) -> str:
    """Return what a notice of *kind* is about."""
    return next(str(SAID[kind][name]) for name in NAMES if name in SAID[kind])


def put(kind: Kind = Kind.CAPACITY_WARNING, key: str = "k") -> None:
    store.put(HERE, kind, key, SAID[kind])


def found(key: str = "k") -> Notice:
    notice = store.notice(HERE, key)
    assert notice is not None
    return notice


def send(key: str = "k", *, after: timedelta = timedelta(seconds=1)) -> None:
    """Let the schedule come by, so long after now."""
    service.send_due(HERE, key, clock.now() + after)


def test_a_notice_is_sent_to_those_who_want_it(facility: str) -> None:
    people_store.add(facility, Person("person-2", "no@aoba.example", Role.DOCTOR, gets_mail=False))
    put()
    send()
    assert [each.to for each in mailbox.sent()] == [[ADMIN]]
    assert found().state is State.SENT


def test_a_notice_is_sent_once_however_often_the_schedule_comes(facility: str) -> None:  # noqa: ARG001
    put()
    for minutes in range(5):
        send(after=timedelta(minutes=minutes + 1))
    assert len(mailbox.sent()) == 1


def test_of_two_schedules_at_once_one_sends(facility: str) -> None:  # noqa: ARG001
    put()
    seen, now = found(), clock.now()
    assert store.take(seen, now + service.RETRY_AFTER)
    assert not store.take(seen, now + service.RETRY_AFTER)


def test_the_same_key_is_the_same_notice(facility: str) -> None:  # noqa: ARG001
    put()
    send()
    put()
    send(after=timedelta(minutes=2))
    assert len(mailbox.sent()) == 1


def test_a_notice_comes_with_what_else_is_written_or_not_at_all(facility: str) -> None:
    with transaction() as write:
        store.put_in(write, facility, Kind.JOB_MISSED, "one", MISSED)
        store.put_in(write, facility, Kind.JOB_MISSED, "two", MISSED)
    assert (found("one").state, found("two").state) == (State.WAITING, State.WAITING)


def test_putting_it_again_in_a_transaction_changes_nothing(facility: str) -> None:
    put()
    before = found()
    with transaction() as write:
        store.put_in(write, facility, Kind.JOB_MISSED, "k", MISSED)
    assert found() == before


def test_a_notice_to_somebody_of_their_own_goes_to_nobody_else(facility: str) -> None:
    with transaction() as write:
        store.put_in(
            write, facility, Kind.GLASS_BROKEN_PATIENT, "k", GLASS, to="hanako@mail.example"
        )
    send()
    assert [each.to for each in mailbox.sent()] == [["hanako@mail.example"]]


def test_an_address_of_their_own_is_forgotten_once_the_notice_is_settled(facility: str) -> None:
    with transaction() as write:
        store.put_in(
            write, facility, Kind.GLASS_BROKEN_PATIENT, "k", GLASS, to="hanako@mail.example"
        )
    assert found().to == "hanako@mail.example"
    send()
    assert found().to == ""


def test_what_is_not_due_yet_is_left_alone(facility: str) -> None:  # noqa: ARG001
    put()
    send(after=timedelta(minutes=-1))
    assert mailbox.sent() == []


# --- trouble -----------------------------------------------------------------------------------


def test_a_mail_that_is_not_taken_is_tried_again_next_minute(facility: str) -> None:  # noqa: ARG001
    mailbox.refuse()
    put()
    send()
    assert found().state is State.WAITING
    mailbox.switch_on()
    send(after=timedelta(minutes=2))
    assert len(mailbox.sent()) == 1


def test_it_is_given_up_after_a_day_with_an_error(facility: str, log: io.StringIO) -> None:  # noqa: ARG001
    mailbox.refuse()
    put()
    send(after=timedelta(hours=23))
    assert found().state is State.WAITING
    send(after=timedelta(hours=24, minutes=1))
    assert found().state is State.GIVEN_UP
    assert '"level":"ERROR"' in log.getvalue()


def test_without_a_sender_nothing_is_sent_and_that_is_noted(aws: dict[str, str]) -> None:  # noqa: ARG001
    put()
    send()
    assert found().state is State.MAIL_OFF


def test_a_notice_for_nobody_is_noted_as_such(aws: dict[str, str]) -> None:  # noqa: ARG001
    mailbox.switch_on()
    put()
    send()
    assert (mailbox.sent(), found().state) == ([], State.NO_ADDRESS)


def test_a_notice_goes_after_a_year(facility: str) -> None:
    put()
    send()
    send(after=timedelta(days=364))
    assert found().state is State.SENT
    send(after=timedelta(days=366))
    assert store.notice(facility, "k") is None


# --- what it says ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_every_notice_is_written_in_both_languages(facility: str, kind: Kind) -> None:  # noqa: ARG001
    put(kind)
    letter = service.letter(found())
    japanese, english = letter.text.split(RULE)
    assert named(kind) in japanese
    assert "。" in japanese
    assert "。" not in english
    assert letter.subject.count("[Hokan]") == 2
    assert "\n" not in letter.subject


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.GLASS_BROKEN_PATIENT}))
def test_every_notice_to_staff_leads_to_the_portal(facility: str, kind: Kind) -> None:  # noqa: ARG001
    put(kind)
    assert service.letter(found()).text.count("https://hokan.example/portal") == 2


def test_a_notice_has_no_link_where_no_address_is_set(aws: dict[str, str]) -> None:  # noqa: ARG001
    put()
    assert "://" not in service.letter(found()).text


def test_a_contract_that_renews_itself_does_not_end(facility: str) -> None:
    facts: dict[str, Fact] = {**ENDS, "renews": True, "total_yen": 13_200}
    store.put(facility, Kind.CONTRACT_REMINDER, "k", facts)
    assert "renews itself on 1 Apr 2027" in service.letter(found()).subject
    assert "13,200 yen" in service.letter(found()).text


def test_the_end_of_a_display_tool_is_told_without_a_word_of_backups(facility: str) -> None:
    store.put(facility, Kind.CONTRACT_REMINDER, "k", {**ENDS, "stores": False})
    assert "the album cannot be used" in service.letter(found()).text
    assert "backed up" not in service.letter(found()).text


def test_figures_and_moments_are_written_for_people(facility: str) -> None:
    put()
    assert "uses 8.00 GB of the 10.0 GB" in service.letter(found()).text
    store.put(facility, Kind.JOB_MISSED, "m", MISSED)
    assert "1 Apr 2026, 02:00" in service.letter(found("m")).text


def test_names_are_not_escaped_in_plain_text(facility: str) -> None:
    store.put(facility, Kind.CONTRACT_ACCEPTED, "k", {"target_name": "X-ray & <CT>"})
    assert "X-ray & <CT>" in service.letter(found()).text


def test_the_provider_hears_of_missed_backups_unseen(facility: str) -> None:  # noqa: ARG001
    put(Kind.JOB_MISSED)
    put(Kind.CAPACITY_WARNING, "other")
    send()
    send("other")
    assert [each.copy for each in mailbox.sent()] == [[PROVIDER], []]


def test_the_provider_hears_of_it_also_where_nobody_else_wants_to(facility: str) -> None:
    people_store.set_mail(facility, "person-1", gets_mail=False)
    put(Kind.JOB_MISSED)
    send()
    assert [(each.to, each.copy) for each in mailbox.sent()] == [([], [PROVIDER])]


def test_what_a_mail_says_and_to_whom_is_logged_nowhere(facility: str, log: io.StringIO) -> None:  # noqa: ARG001
    mailbox.refuse()
    put()
    send()
    assert ADMIN not in log.getvalue()
    assert "内視鏡室" not in log.getvalue()


def test_a_mail_names_no_patient(facility: str) -> None:  # noqa: ARG001
    for kind in Kind:
        put(kind, kind.value)
        send(kind.value)
    assert len(mailbox.sent()) == len(Kind)
    assert [each for each in mailbox.sent() if found_in(each.subject + each.text)] == []


def test_when_it_was_put_stays_when_it_is_tried_again(facility: str) -> None:  # noqa: ARG001
    mailbox.refuse()
    put()
    before = found().put_at
    send()
    assert found().put_at == before
    assert clock.parse(found().due_at) > datetime.fromisoformat(before)
