"""A doctor's own wordings: kept, refused, and released with who wrote them."""

from __future__ import annotations

import msgspec
import pytest

from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts import desk, store
from chalicelib.patient_charts.service import Place
from tests.charts.scene import doctor_of
from tests.patient_charts.scene import (
    BLEEDING,
    EXPLAINED,
    amended,
    at_desk,
    current,
    refused,
    released,
    revisions,
    worded,
)
from tests.support.world import World


def test_a_doctors_words_are_released_with_who_wrote_them(world: World, place: Place) -> None:
    worded(world, place, BLEEDING, "I saw no bleeding.")
    release = current(released(world, place))
    (one,) = (each for each in release.said if each.source == BLEEDING)
    assert (one.text, one.worded_by) == ("I saw no bleeding.", "person-doctor")


def test_words_that_say_otherwise_are_refused_and_change_nothing(
    world: World, place: Place
) -> None:
    with refused("words-differ"):
        worded(world, place, BLEEDING, "I saw bleeding.")
    assert store.of(*place).draft is None


def test_a_doctor_may_always_take_the_own_words(world: World, place: Place) -> None:
    found = at_desk(world, place).preview
    assert found
    for line in found.lines:
        worded(world, place, line.said.source, line.own.text)
    after = at_desk(world, place).preview
    assert after
    assert [each.text for each in after.said] == [each.own for each in found.said]
    assert after.dropped == ()


def test_our_own_sentence_comes_back_when_a_wording_is_taken_away(
    world: World, place: Place
) -> None:
    before = at_desk(world, place).preview
    worded(world, place, BLEEDING, "I saw no bleeding.")
    seen = revisions(at_desk(world, place))
    desk.reset_wording(doctor_of(world), place, seen, BLEEDING)
    assert at_desk(world, place).preview == before


def test_there_is_no_wording_of_what_the_chart_does_not_say(world: World, place: Place) -> None:
    with pytest.raises(NotFound):
        worded(world, place, "findings/99", "A sore.")


def test_released_wordings_are_where_the_next_release_begins(world: World, place: Place) -> None:
    worded(world, place, BLEEDING, "I saw no bleeding.")
    released(world, place)
    worded(world, place, "findings/2", "In the food pipe I did not see varices.")
    texts = [each.text for each in current(released(world, place)).said]
    assert "I saw no bleeding." in texts
    assert "In the food pipe I did not see varices." in texts


def test_a_released_wording_may_be_taken_away_again(world: World, place: Place) -> None:
    before = at_desk(world, place).preview
    worded(world, place, BLEEDING, "I saw no bleeding.")
    released(world, place)
    seen = revisions(at_desk(world, place))
    desk.reset_wording(doctor_of(world), place, seen, BLEEDING)
    assert at_desk(world, place).preview == before


SORE = "There may be a soreness in the lower food pipe, LA grade A."


def test_a_wording_stays_where_an_amendment_says_the_very_same(world: World, place: Place) -> None:
    worded(world, place, "findings/1", SORE)
    moved = (EXPLAINED.findings[1], EXPLAINED.findings[0])
    amended(world, place, msgspec.structs.replace(EXPLAINED, findings=moved))
    found = at_desk(world, place)
    assert found.older == ()
    assert (found.line("findings/0").said.text, found.line("findings/1").said.worded_by) == (
        SORE,
        "",
    )


def test_a_wording_of_what_an_amendment_does_not_say_stands_for_nothing_and_is_shown(
    world: World, place: Place
) -> None:
    worded(world, place, "findings/1", SORE)
    amended(world, place)
    found = at_desk(world, place)
    assert [each.source for each in found.older] == ["findings/1"]
    assert found.preview
    assert not any(each.worded_by for each in found.preview.said)


def test_what_stands_for_nothing_is_shown_until_the_next_release(
    world: World, place: Place
) -> None:
    worded(world, place, "findings/1", SORE)
    amended(world, place)
    worded(world, place, "medicines/0", "Continue your aspirin, 100 mg 1x.")
    for _ in range(2):
        found = at_desk(world, place).preview
        assert found
        assert [each.text for each in found.dropped] == [SORE]
        worded(world, place, "medicines/0", "Please continue aspirin, 100 mg 1x.")
    released(world, place)
    found = at_desk(world, place).preview
    assert found
    assert found.dropped == ()


def test_a_draft_is_not_larger_than_a_row(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_BYTES", 100)
    with refused("too-large"):
        worded(world, place, BLEEDING, "I saw no bleeding.")
