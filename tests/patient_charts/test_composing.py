"""What stands on a patient chart: everything that was released, at its place, and no more."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Finding,
    Image,
    Instruction,
    Kind,
    Mark,
    Medicine,
    Quantity,
    Site,
)
from chalicelib.patient_charts.model import Box, Said
from chalicelib.patient_charts.page import units
from chalicelib.patient_charts.page.asking import MOST, Question, Topic
from chalicelib.patient_charts.page.composing import Page, composed
from chalicelib.patient_charts.page.sheet import Sheet
from chalicelib.plain.model import Explained
from tests.patient_charts.releases import SAMPLES, a_sheet_of, pictures_of, released, sheet_of
from tests.patient_charts.samples import DIGESTS, STOMACH_JA
from tests.support.patient_charts import UPPER, a_release, a_sheet

CHANGED = msgspec.structs.replace
POLYP, ULCER = (
    Finding(certainty=Certainty.PRESENT, text="polyp", mark=7),
    Finding(certainty=Certainty.PRESENT, text="ulcer", mark=3),
)
TWO_PICTURES = Chart(
    kind=Kind.LOWER_GI,
    findings=(POLYP, ULCER),
    images=(
        Image(sha256=DIGESTS[0], marks=(Mark(number=3, x=100, y=200),)),
        Image(sha256=DIGESTS[1], marks=(Mark(number=7, x=300, y=400), Mark(number=9, x=1, y=2))),
    ),
)


def everything_said(page: Page) -> list[Said]:
    parts = [part for each in page.boxes.values() for part in each] + list(page.more)
    found = [part.heading for part in parts if part.heading]
    found += [line.said for part in parts for line in part.lines]
    return found + [said for shot in page.shots for said in shot.said]


def asked(chart: Chart, **release: Any) -> list[Question]:
    sheet = sheet_of(chart, "en", release=released(chart, "en", **release))
    return list(composed(sheet).questions)


# --- sentences ---------------------------------------------------------------------------------


a_said = st.builds(
    Said,
    text=st.uuids().map(str),
    own=st.just("own"),
    source=st.sampled_from(["findings/0", "findings/3", "images/0:0-5", "narrative:0-9"]),
    box=st.sampled_from(Box),
    heading=st.booleans(),
)


@given(st.lists(a_said, unique_by=lambda each: each.text))
def test_every_sentence_stands_on_the_page_once(said: list[Said]) -> None:
    page = composed(a_sheet(release=a_release(said=tuple(said))))
    found = [each.text for each in everything_said(page) if not each.heading]
    assert sorted(found) == sorted(each.text for each in said if not each.heading)


@given(st.lists(a_said, unique_by=lambda each: each.text))
def test_a_sentence_stands_in_the_box_it_was_released_in(said: list[Said]) -> None:
    page = composed(a_sheet(release=a_release(said=tuple(said))))
    for box, parts in page.boxes.items():
        assert all(line.said.box == box for part in parts for line in part.lines)


def test_a_box_that_has_nothing_is_there_all_the_same() -> None:
    page = composed(a_sheet(release=a_release(said=())))
    assert page.boxes == {Box.FINE: (), Box.FOUND: (), Box.TO_DO: ()}


def test_a_heading_stands_over_what_follows_it() -> None:
    page = composed(a_sheet_of("narrative-en"))
    first, second = page.more
    assert first.heading
    assert first.heading.own == "Findings:"
    assert first.lines[0].said.own == "The oesophagus showed LA grade A oesophagitis."
    assert second.heading
    assert second.heading.own == "Recommendations:"


@pytest.mark.parametrize(
    ("own", "stays"),
    [("Findings:", False), ("所見", False), ("No bleeding:", True), ("Polyp 2:", True)],
)
def test_a_heading_over_nothing_stays_only_if_it_says_something(own: str, stays: bool) -> None:  # noqa: FBT001
    said = Said(text=own, own=own, source="narrative:0-9", box=Box.MORE, heading=True)
    page = composed(a_sheet(release=a_release(said=(said,))))
    assert bool(page.more) is stays


def test_a_sentence_says_when_its_field_is_not_sure() -> None:
    page = composed(a_sheet())
    states = {
        line.said.source: line.state
        for parts in (*page.boxes.values(), page.more)
        for part in parts
        for line in part.lines
    }
    assert states["findings/0"] == ""
    assert states["findings/1"] == "possible"
    assert states["findings/2"] == ""
    assert states["findings/3"] == "not-recorded"


# --- facts -------------------------------------------------------------------------------------


def facts_of(chart: Chart) -> dict[str, list[Any]]:
    page = composed(sheet_of(chart, "en"))
    return {group.name: list(group.facts) for group in page.facts}


@pytest.mark.parametrize("certainty", Certainty)
def test_a_fact_is_as_certain_as_the_doctor_recorded_it(certainty: Certainty) -> None:
    chart = Chart(kind=Kind.OTHER, findings=(Finding(certainty=certainty, text="ulcer"),))
    (fact,) = facts_of(chart)["findings"]
    assert fact.state == certainty


def test_a_place_and_a_size_that_nobody_recorded_are_said_to_be_missing() -> None:
    chart = Chart(kind=Kind.OTHER, findings=(POLYP,))
    (fact,) = facts_of(chart)["findings"]
    assert fact.lacks == ("site", "size")


def test_what_is_absent_has_no_size_to_miss() -> None:
    absent = Finding(certainty=Certainty.ABSENT, text="ulcer", site=Site(organ="stomach"))
    (fact,) = facts_of(Chart(kind=Kind.OTHER, findings=(absent,)))["findings"]
    assert fact.lacks == ()


def test_a_number_stays_as_it_was_written_and_beside_its_unit() -> None:
    size = Quantity(value="4.50", unit="mm")
    finding = Finding(certainty=Certainty.PRESENT, text="ulcer", size=size)
    (fact,) = facts_of(Chart(kind=Kind.OTHER, findings=(finding,)))["findings"]
    assert fact.amount == "4.50\N{NO-BREAK SPACE}mm"


@pytest.mark.parametrize("name", SAMPLES)
def test_no_field_of_the_chart_is_left_out(name: str) -> None:
    sheet = a_sheet_of(name)
    told = {group.name: len(group.facts) for group in composed(sheet).facts}
    lists = ("findings", "measurements", "diagnoses", "procedures", "medicines")
    kept = {each: len(getattr(sheet.chart, each)) for each in lists}
    assert told == {each: count for each, count in kept.items() if count}


def test_only_what_is_there_or_may_be_has_a_number() -> None:
    numbers = [fact.number for fact in facts_of(UPPER)["findings"]]
    assert numbers == [1, 2, None, None]


# --- the drawing -------------------------------------------------------------------------------


def test_a_finding_has_one_number_in_its_sentence_the_drawing_and_the_facts() -> None:
    page = composed(a_sheet())
    assert page.drawing
    drawn = {each.finding: each.number for each in (*page.drawing.points, *page.drawing.unmarked)}
    told = {
        int(line.said.source.removeprefix("findings/")): line.number
        for part in page.boxes[Box.FOUND]
        for line in part.lines
    }
    listed = {place: each.number for place, each in enumerate(page.facts[0].facts) if each.number}
    assert drawn == told == listed == {0: 1, 1: 2}


def test_an_organ_on_which_nothing_is_to_be_shown_is_not_drawn() -> None:
    absent = Finding(certainty=Certainty.ABSENT, text="ulcer", site=Site(organ="stomach"))
    assert composed(sheet_of(Chart(kind=Kind.UPPER_GI, findings=(absent,)), "en")).drawing is None


# --- pictures ----------------------------------------------------------------------------------


def seen(sheet: Sheet) -> list[tuple[int, str, list[str]]]:
    """Return the number of each picture, what is shown there, and the findings told of it."""
    return [
        (
            shot.number,
            shot.picture.sha256 if shot.picture else "",
            [each.finding.text for each in shot.shows],
        )
        for shot in composed(sheet).shots
    ]


def test_a_finding_is_told_at_the_picture_that_has_its_mark() -> None:
    assert seen(sheet_of(TWO_PICTURES, "en")) == [
        (1, DIGESTS[0], ["ulcer"]),
        (2, DIGESTS[1], ["polyp"]),
    ]


@given(st.permutations(pictures_of(TWO_PICTURES)))
def test_a_picture_is_bound_by_what_it_holds_and_not_by_its_place(pictures: list[Any]) -> None:
    usual = sheet_of(TWO_PICTURES, "en")
    assert seen(CHANGED(usual, pictures=tuple(pictures))) == seen(usual)


def test_where_a_picture_is_missing_no_other_one_takes_its_place() -> None:
    left = pictures_of(TWO_PICTURES)[1:]
    assert seen(sheet_of(TWO_PICTURES, "en", pictures=left)) == [
        (1, "", ["ulcer"]),
        (2, DIGESTS[1], ["polyp"]),
    ]


def test_a_picture_that_the_chart_does_not_link_is_not_shown() -> None:
    stranger = CHANGED(pictures_of(TWO_PICTURES)[0], sha256=DIGESTS[3])
    assert [
        sha256 for _, sha256, _ in seen(sheet_of(TWO_PICTURES, "en", pictures=(stranger,)))
    ] == [
        "",
        "",
    ]


def test_a_mark_has_the_number_the_page_gives_its_finding() -> None:
    one, two = composed(sheet_of(TWO_PICTURES, "en")).shots
    assert [(ring.x, ring.y, ring.label) for ring in one.rings] == [(100, 200, "2")]
    assert [ring.label for ring in two.rings] == ["1", ""]


def test_a_note_stands_at_its_picture() -> None:
    page = composed(sheet_of(STOMACH_JA, "ja"))
    assert [[each.own for each in shot.said] for shot in page.shots] == [
        ["前庭部の潰瘍"],
        [],
        ["体部のびらん"],
    ]


# --- questions ---------------------------------------------------------------------------------


def test_what_is_possible_is_asked_about() -> None:
    chart = Chart(
        kind=Kind.OTHER,
        diagnoses=(
            Diagnosis(certainty=Certainty.POSSIBLE, text="gastritis"),
            Diagnosis(certainty=Certainty.PRESENT, text="ulcer"),
        ),
    )
    assert [each.about for each in asked(chart) if each.topic == Topic.SURE] == [("gastritis",)]


def test_a_medicine_with_an_instruction_is_asked_about() -> None:
    chart = Chart(
        kind=Kind.OTHER,
        medicines=(
            Medicine(instruction=Instruction.STOP, text="aspirin"),
            Medicine(instruction=Instruction.NONE, text="iron"),
        ),
    )
    assert [each.about for each in asked(chart) if each.topic == Topic.MEDICINE] == [("aspirin",)]


def test_what_is_not_recorded_is_asked_about() -> None:
    unknown = Finding(certainty=Certainty.NOT_RECORDED, text="ileum")
    found = asked(Chart(kind=Kind.OTHER, findings=(POLYP, unknown)))
    assert [each.about for each in found if each.topic == Topic.UNKNOWN] == [("ileum",)]


def test_words_that_nobody_explains_are_asked_about() -> None:
    terms = (Explained(term="XYZ", explanation="", known=False),)
    found = asked(Chart(kind=Kind.OTHER), terms=terms)
    assert Question(Topic.WORDS, ("XYZ",)) in found


def test_a_doubt_in_a_narrative_is_asked_about_as_it_was_written() -> None:
    chart = Chart(kind=Kind.OTHER, narrative="A polyp was seen. Possibly a small ulcer.")
    assert asked(chart)[0] == Question(Topic.SURE, ("Possibly a small ulcer",))


def test_a_chart_that_says_nothing_leaves_one_question() -> None:
    assert asked(Chart(kind=Kind.OTHER)) == [Question(Topic.NEXT)]


@given(
    st.lists(st.builds(Finding, certainty=st.sampled_from(Certainty), text=st.just("x"))),
    st.lists(st.builds(Medicine, instruction=st.sampled_from(Instruction), text=st.just("y"))),
)
def test_there_are_few_questions_and_the_last_is_what_comes_next(
    findings: list[Finding], medicines: list[Medicine]
) -> None:
    chart = Chart(kind=Kind.OTHER, findings=tuple(findings), medicines=tuple(medicines))
    found = asked(chart)
    assert len(found) <= MOST
    assert found[-1].topic == Topic.NEXT


# --- words -------------------------------------------------------------------------------------


def test_words_that_are_explained_and_words_to_ask_about_stand_apart() -> None:
    page = composed(a_sheet())
    assert [each.term for each in page.words] == ["Helicobacter pylori"]
    assert [each.term for each in page.open_words] == ["lesser curvature"]


def test_a_unit_is_told_in_words() -> None:
    assert composed(a_sheet()).units.keys() == {"mm", "cm"}
    assert units.explained(UPPER, "ja")["mm"].startswith("ミリメートル")


def test_a_day_that_no_calendar_has_is_none() -> None:
    assert composed(a_sheet(examined_on="")).examined_on is None
    assert composed(a_sheet(examined_on="2027-13-45")).examined_on is None
