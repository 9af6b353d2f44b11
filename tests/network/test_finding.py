"""Finding records at other facilities and reading them: as far as the patient agrees."""

from __future__ import annotations

import boto3
import msgspec
import pytest

from chalicelib.access.model import Caller, Role
from chalicelib.audit.model import first_break
from chalicelib.audit.store import of_facility
from chalicelib.charts import service as charts
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid, NotFound, Unavailable
from chalicelib.network import consenting, finding, looking, reading, sharing
from chalicelib.network.model import Look, LookKind, Pass, Scope
from chalicelib.settings import settings
from tests.charts.scene import CHART
from tests.network.scene import BORN, WORDS, Held, doctor, elsewhere, found, glass, with_records
from tests.support.world import World

PICTURELESS = msgspec.structs.replace(CHART, images=(), findings=())


def actions(world: World) -> list[str]:
    return [event.action for _, event, _ in of_facility(world.facility_id)]


def kinds(world: World, used: Pass) -> list[str]:
    """Return the kinds of examinations that *used* opens."""
    opened = reading.opened(doctor(world), used.pass_id)
    return [each.kind for holding in opened.holdings for each in holding.examinations]


def an_examination(world: World, used: Pass) -> str:
    (holding, *_) = reading.opened(doctor(world), used.pass_id).holdings
    return holding.examinations[0].examination_id


# --- with consent ------------------------------------------------------------------------------


def test_who_agreed_is_found(world: World, held: Held) -> None:
    held.agrees()
    opened = reading.opened(doctor(world), found(world, held).pass_id)
    (holding,) = opened.holdings
    assert (holding.facility_name, holding.patient.patient_id) == ("Kawabe Clinic", "CANARY-0001")
    assert [each.kind for each in holding.examinations] == ["EGD"]


def test_only_the_kinds_that_were_agreed_to_are_shown(world: World, held: Held) -> None:
    held.world.back_up({"E-2/a": b"three"}, id="E-2", kind="CS")
    held.agrees(scope=Scope.KINDS, subjects=("CS",))
    assert kinds(world, found(world, held)) == ["CS"]


def test_only_the_examinations_that_were_agreed_to_can_be_opened(world: World, held: Held) -> None:
    held.world.back_up({"E-2/a": b"three"}, id="E-2", kind="CS")
    listed = consenting.examinations(doctor(held.world), held.patient_key)
    agreed, other = (each.examination_id for each in listed)
    held.agrees(scope=Scope.EXAMINATIONS, subjects=(agreed,))
    used = found(world, held)
    record = reading.record(doctor(world), used.pass_id, agreed)
    assert record.examination.examination_id == agreed
    with pytest.raises(NotFound):
        reading.record(doctor(world), used.pass_id, other)


def test_a_chart_that_was_signed_there_is_read_here(world: World, held: Held) -> None:
    held.agrees()
    used = found(world, held)
    examination_id = an_examination(world, used)
    seen = charts.save(doctor(held.world), held.world.target_id, examination_id, 0, PICTURELESS)
    assert reading.record(doctor(world), used.pass_id, examination_id).chart is None
    charts.sign(doctor(held.world), held.world.target_id, examination_id, seen.revision)
    read = reading.record(doctor(world), used.pass_id, examination_id).chart
    assert read is not None
    assert read.chart.narrative == PICTURELESS.narrative


def test_a_consent_to_another_facility_opens_nothing(world: World, held: Held) -> None:
    third = world.operator.post("/facilities", {"name": "Third"}, status=201)["facility_id"]
    held.agrees(to=third)
    with pytest.raises(NotFound):
        found(world, held)
    held.agrees(to=world.facility_id)
    assert kinds(world, found(world, held)) == ["EGD"]


def test_a_withdrawal_counts_at_once_for_a_pass_that_was_given(world: World, held: Held) -> None:
    consent_id = held.agrees()
    used = found(world, held)
    examination_id = an_examination(world, used)
    held.withdraws(consent_id)
    with pytest.raises(NotFound):
        reading.opened(doctor(world), used.pass_id)
    with pytest.raises(NotFound):
        reading.record(doctor(world), used.pass_id, examination_id)


def test_a_pass_is_its_finders_alone_and_ends(world: World, held: Held) -> None:
    held.agrees()
    used = found(world, held)
    colleague = Caller(Role.DOCTOR, "person-colleague", world.facility_id)
    for stranger in (colleague, doctor(held.world)):
        with pytest.raises(NotFound):
            reading.opened(stranger, used.pass_id)
    clock.move(3600)
    with pytest.raises(NotFound):
        reading.opened(doctor(world), used.pass_id)


def test_ones_own_records_are_not_found_elsewhere(held: Held) -> None:
    held.agrees()
    with pytest.raises(NotFound):
        finding.find(doctor(held.world), held.shown)


def test_a_search_shows_other_facilities_records_and_not_ones_own(world: World, held: Held) -> None:
    key = with_records(world)
    sharing.link(doctor(world), key, held.network_id, BORN)
    Held(world, key, held.network_id).agrees()
    held.agrees()
    for used in (found(world, held), glass(world, held)):
        opened = reading.opened(doctor(world), used.pass_id)
        holders = [each.link.facility_id for each in opened.holdings]
        assert holders == [held.world.facility_id]


def test_records_of_several_facilities_come_together(world: World, held: Held) -> None:
    other = elsewhere(world).world
    key = with_records(other, {"id": "00012", "name": "Yamada^Hanako"})
    sharing.link(doctor(other), key, held.network_id, BORN)
    Held(other, key, held.network_id).agrees()
    held.agrees()
    opened = reading.opened(doctor(world), found(world, held).pass_id)
    numbers = [each.patient.patient_id for each in opened.holdings]
    assert numbers == ["CANARY-0001", "00012"]


# --- breaking the glass ------------------------------------------------------------------------


def test_a_broken_glass_opens_everything_for_a_day(world: World, held: Held) -> None:
    used = glass(world, held)
    assert kinds(world, used) == ["EGD"]
    clock.move(24 * 3600 - 60)
    assert kinds(world, used) == ["EGD"]
    clock.move(24 * 3600 + 60)
    with pytest.raises(NotFound):
        reading.opened(doctor(world), used.pass_id)


def test_a_glass_is_broken_once_however_often_its_form_is_sent(world: World, held: Held) -> None:
    first = glass(world, held)
    assert glass(world, held) == first
    assert len(seen(world, "us")) == 1


def test_a_form_that_is_sent_for_another_patient_breaks_another_glass(
    world: World, held: Held
) -> None:
    assert glass(world, held).pass_id != glass(world, elsewhere(world)).pass_id


@pytest.mark.parametrize(
    ("reason", "words", "code"),
    [
        ("", WORDS, "no-reason"),
        ("curious", WORDS, "no-reason"),
        ("life", "too short", "few-words"),
        ("life", " " * 20, "few-words"),
        ("life", "x" * 501, "few-words"),
    ],
)
def test_a_glass_is_not_broken_without_a_reason(reason: str, words: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        finding.check_words(reason, words)
    assert refused.value.code == code


# --- on record ---------------------------------------------------------------------------------


def seen(world: World, side: str) -> list[Look]:
    listed, _ = looking.of_facility(doctor(world), side, None)
    return [each.look for each in listed]


def test_every_step_is_audited_at_both_sides(world: World, held: Held) -> None:
    held.agrees()
    used = found(world, held)
    reading.record(doctor(world), used.pass_id, an_examination(world, used))
    assert actions(world)[-3:] == ["find-elsewhere", "list-elsewhere", "read-elsewhere"]
    assert actions(held.world)[-3:] == [
        "found-from-outside",
        "list-from-outside",
        "read-from-outside",
    ]
    for each in (world, held.world):
        rows = list(of_facility(each.facility_id))
        assert first_break(rows) is None


def test_an_audit_row_of_the_holder_names_who_looked(world: World, held: Held) -> None:
    glass(world, held)
    (_, event, _) = list(of_facility(held.world.facility_id))[-1]
    assert (event.action, event.actor_id, event.actor_role, event.subject) == (
        "broke-glass",
        "person-doctor",
        Role.DOCTOR,
        held.patient_key,
    )


@pytest.mark.parametrize("chain", ["asking", "holding"])
def test_nothing_is_shown_when_it_cannot_be_put_on_record(
    world: World, held: Held, chain: str
) -> None:
    held.agrees()
    used = found(world, held)
    examination_id = an_examination(world, used)
    block_audit(world.facility_id if chain == "asking" else held.world.facility_id)
    for read in (
        lambda: reading.opened(doctor(world), used.pass_id),
        lambda: reading.record(doctor(world), used.pass_id, examination_id),
        lambda: found(world, held),
        lambda: glass(world, held),
    ):
        with pytest.raises(Unavailable):
            read()


def block_audit(facility_id: str) -> None:
    """Let nothing be appended to a facility's chain: its next place is taken."""
    number = len(list(of_facility(facility_id))) + 1
    taken = {"pk": {"S": f"AUDIT#{facility_id}"}, "sk": {"S": f"{number:012}"}}
    boto3.client("dynamodb").put_item(TableName=settings().core_table, Item=taken)


def test_both_facilities_and_the_patient_see_who_looked_and_why(world: World, held: Held) -> None:
    used = glass(world, held)
    reading.record(doctor(world), used.pass_id, an_examination(world, used))
    for looks in (
        seen(world, "us"),
        seen(held.world, "ours"),
        looking.looks(held.link.person_id),
    ):
        opened, broken = looks
        assert (opened.kind, opened.under_glass) == (LookKind.OPENED, True)
        assert (broken.kind, broken.reason, broken.words) == (LookKind.GLASS, "unconscious", WORDS)
        assert {each.facility_id for each in looks} == {world.facility_id}


def test_a_holder_does_not_learn_of_the_other_holders(world: World, held: Held) -> None:
    other = elsewhere(world).world
    sharing.link(doctor(other), with_records(other, {"id": "00012"}), held.network_id, BORN)
    glass(world, held)
    (look,) = seen(held.world, "ours")
    assert look.holders == (held.world.facility_id,)
    assert look.patient_keys == (held.patient_key,)
    (own,) = seen(world, "us")
    assert set(own.holders) == {held.world.facility_id, other.facility_id}
    assert own.patient_keys == ()
