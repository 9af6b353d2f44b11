"""Rows of patient charts: a release never changes, and who comes too late changes nothing."""

from __future__ import annotations

import pytest

from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts import store
from chalicelib.patient_charts.model import Basis, Draft, PatientChart, State, Withdrawal
from tests.support.patient_charts import a_release

pytestmark = pytest.mark.usefixtures("aws")
NOW, AMENDED = Basis(1, "patient-1"), Basis(2, "patient-1")
WITHDRAWAL = Withdrawal(withdrawn_by="person-1", withdrawn_at="2027-04-02", reason="wrong side")
DRAFT = Draft(chart_number=1, wordings=(), saved_by="person-1", saved_at="2027-04-01")


def seen() -> PatientChart:
    return store.of("target-1", "examination-1", "en")


def released(number: int = 1) -> None:
    release = a_release(number=number, revision=seen().revision + 1, chart_number=number)
    assert store.begin_release(seen(), release)
    store.end_release(release)


def test_what_nobody_touched_is_empty() -> None:
    assert seen().revision == 0
    assert seen().state(NOW) is State.NONE


def test_a_release_holds_once_it_is_ended() -> None:
    release = a_release()
    assert store.begin_release(seen(), release)
    assert seen().state(NOW) is State.NONE
    store.end_release(release)
    assert (seen().current, seen().state(NOW)) == (release, State.RELEASED)


def test_ending_a_release_twice_changes_nothing() -> None:
    released()
    before = seen()
    store.end_release(a_release())
    assert seen() == before


def test_an_older_release_does_not_come_back() -> None:
    released()
    released(2)
    store.restore(a_release())
    current = seen().current
    assert current is not None
    assert current.number == 2


def test_languages_stand_apart() -> None:
    released()
    assert store.of("target-1", "examination-1", "ja").state(NOW) is State.NONE


def test_a_release_of_an_older_chart_is_outdated() -> None:
    released()
    assert seen().state(AMENDED) is State.OUTDATED


def test_a_release_of_what_was_another_patients_is_outdated() -> None:
    released()
    assert seen().state(Basis(1, "patient-2")) is State.OUTDATED


def test_a_release_that_is_withdrawn_says_why() -> None:
    released()
    assert store.withdraw(seen(), WITHDRAWAL)
    assert (seen().state(NOW), seen().withdrawal) == (State.WITHDRAWN, WITHDRAWAL)


def test_the_next_release_is_not_withdrawn() -> None:
    released()
    assert store.withdraw(seen(), WITHDRAWAL)
    released(2)
    assert seen().state(AMENDED) is State.RELEASED


@pytest.mark.parametrize("late", ["draft", "release", "withdrawal"])
def test_who_saw_it_before_somebody_else_changed_it_changes_nothing(late: str) -> None:
    before = seen()
    released()
    after = seen()
    writes = {
        "draft": lambda: store.save_draft(before, DRAFT),
        "release": lambda: store.begin_release(before, a_release(number=2)),
        "withdrawal": lambda: store.withdraw(before, WITHDRAWAL),
    }
    assert writes[late]() is False
    assert seen() == after


def test_a_draft_goes_with_its_release() -> None:
    assert store.save_draft(seen(), DRAFT)
    assert seen().draft == DRAFT
    released()
    assert seen().draft is None


def test_a_draft_can_be_dropped() -> None:
    assert store.save_draft(seen(), DRAFT)
    assert store.save_draft(seen(), None)
    assert (seen().draft, seen().revision) == (None, 2)


def test_releases_are_listed_newest_first() -> None:
    released()
    released(2)
    found = store.releases("target-1", "examination-1", "en")
    assert [each.number for each in found] == [2, 1]


def test_a_release_nobody_made_is_not_found() -> None:
    with pytest.raises(NotFound):
        store.release("target-1", "examination-1", "en", 1)
