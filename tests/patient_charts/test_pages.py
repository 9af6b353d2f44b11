"""The doctor's pages: every sentence beside the record, worded, released, withdrawn."""

from __future__ import annotations

import re

import pytest

from chalicelib.access.model import Role
from chalicelib.charts.model import Certainty, Chart, Finding, Kind
from chalicelib.patient_charts import service, store
from chalicelib.patient_charts.service import Place
from tests.charts.scene import CHART, examined, path_of, saved
from tests.charts.test_pages import said, somebody
from tests.patient_charts.scene import a_signed, amended, released, withdrawn, worded
from tests.support.visitor import Answer, Visitor
from tests.support.world import World

BLEEDING = "narrative:0-21"


def path(place: Place, rest: str = "", **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in {"in": place[2], **query}.items())
    return f"/portal/charts/{place[0]}/examinations/{place[1]}/patient{rest}?{asked}"


def hidden(page: Answer, action: str) -> dict[str, str]:
    """Return what the form that goes to *action* carries, but for its token."""
    form = next(
        each for each in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if action in each
    )
    found = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    del found["csrf"]
    return found


def word(
    visitor: Visitor, place: Place, text: str, step: str = "save", source: str = BLEEDING
) -> Answer:
    page = visitor.get(path(place, "/words", source=source))
    carried = hidden(page, "/words")
    return visitor.send(path(place, "/words"), **carried, text=text, step=step)


# --- preview -------------------------------------------------------------------------------------


def test_each_sentence_stands_beside_the_record(world: World, place: Place) -> None:
    page = said(somebody(world).get(path(place)))
    assert "The record says gastric ulcer, in the stomach (lesser curvature), 8 mm" in page
    assert "Not released yet" in page


def test_the_boxes_come_in_order(world: World, place: Place) -> None:
    page = said(somebody(world).get(path(place)))
    names = ("Absent or normal", "What was found", "What to do", "All the rest")
    places = [page.index(each) for each in names]
    assert places == sorted(places)


def test_an_empty_box_of_what_is_fine_is_empty(world: World) -> None:
    finding = Finding(certainty=Certainty.NOT_RECORDED, text="polyp")
    place = a_signed(world, chart=Chart(kind=Kind.OTHER, findings=(finding,)))
    page = said(somebody(world).get(path(place)))
    assert "The record says of nothing that it is absent or normal." in page


def test_the_patients_language_is_another_than_the_readers(world: World, place: Place) -> None:
    page = somebody(world, language="en").get(path((place[0], place[1], "ja")))
    assert 'lang="ja">' in page.text
    assert "ありました" in page.text
    assert "What was found" in said(page)


def test_words_that_are_explained_nowhere_are_marked(world: World) -> None:
    place = a_signed(world, chart=Chart(kind=Kind.OTHER, narrative="The TI was seen."))
    page = somebody(world).get(path(place))
    assert re.search(r"<mark[^>]*>TI</mark>", page.text)


def test_a_sentence_in_the_records_own_words_says_so(world: World) -> None:
    odd = "It is not inconceivable that lesions were missed."
    place = a_signed(world, chart=Chart(kind=Kind.OTHER, narrative=odd))
    page = said(somebody(world).get(path(place)))
    assert "In the record’s own words" in page


def test_an_admin_reads_it_and_is_not_offered_to_change_it(world: World, place: Place) -> None:
    page = said(somebody(world, Role.FACILITY_ADMIN).get(path(place)))
    assert "gastric ulcer" in page
    assert "Say it otherwise" not in page
    assert "Check and release" not in page


def test_what_nobody_signed_is_not_explained(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    place: Place = (world.target_id, examination, "en")
    page = said(somebody(world).get(path(place)))
    assert "Nobody has signed this chart yet." in page
    assert "早期胃癌" not in page


def test_an_open_amendment_is_told(world: World, place: Place) -> None:
    chart = path_of(world, place[1])
    revision = world.doctor.get(chart)["revision"]
    world.doctor.post(f"{chart}/amend", {"revision": revision, "reason": "why"})
    assert "An amendment of the chart is open." in said(somebody(world).get(path(place)))


def test_15_what_a_doctor_typed_is_text_and_nothing_else(world: World) -> None:
    place = a_signed(world, chart=CHART)
    page = somebody(world).get(path(place))
    assert "<script>" not in page.text.replace("<script src", "")
    assert "&lt;script&gt;" in page.text
    assert "&lt;5 mm" in page.text


# --- wordings ------------------------------------------------------------------------------------


def test_a_sentence_is_said_otherwise(world: World, place: Place) -> None:
    answer = word(somebody(world), place, "I saw no bleeding.")
    assert "The sentence is saved." in said(answer)
    assert "I saw no bleeding." in said(answer)
    assert "Worded by a doctor" in said(answer)


def test_words_that_say_otherwise_are_told_apart_and_nothing_typed_is_lost(
    world: World, place: Place
) -> None:
    answer = word(somebody(world), place, "I saw bleeding.")
    assert answer.status == 422
    assert ">I saw bleeding.</textarea>" in answer.text
    assert "The record says: a “no” or “not” · Your words say: nothing of the kind" in said(answer)
    assert store.of(*place).draft is None


def test_a_number_that_differs_is_named(world: World, place: Place) -> None:
    visitor = somebody(world)
    page = visitor.get(path(place, "/words", source="findings/0"))
    answer = visitor.send(
        path(place, "/words"),
        **hidden(page, "/words"),
        text="There is an open sore of 9 mm in the stomach.",
        step="save",
    )
    assert "The record says: 8 mm · Your words say: 9 mm" in said(answer)


def test_the_records_own_words_and_ours_are_a_click_away(world: World, place: Place) -> None:
    visitor, ulcer, mine = somebody(world), "findings/0", "An open sore of 8 mm in your stomach."
    assert mine in said(word(visitor, place, mine, source=ulcer))
    answer = said(word(visitor, place, "", "own", ulcer))
    assert "In the record’s own words" in answer
    answer = said(word(visitor, place, "", "reset", ulcer))
    assert "In the record’s own words" not in answer
    assert mine not in answer


def test_a_wording_typed_beside_another_doctors_is_kept_in_the_field(
    world: World, place: Place
) -> None:
    visitor = somebody(world)
    carried = hidden(visitor.get(path(place, "/words", source=BLEEDING)), "/words")
    worded(world, place, "findings/1", "There may be a soreness, LA grade A, in the food pipe.")
    answer = visitor.send(path(place, "/words"), **carried, text="I saw no bleeding.", step="save")
    assert answer.status == 409
    assert ">I saw no bleeding.</textarea>" in answer.text
    again = hidden(answer, "/words")
    answer = visitor.send(path(place, "/words"), **again, text="I saw no bleeding.", step="save")
    assert "I saw no bleeding." in said(answer)


def test_there_is_no_page_of_a_sentence_that_is_not_there(world: World, place: Place) -> None:
    assert somebody(world).get(path(place, "/words", source="findings/99")).status == 404


def test_wordings_of_an_older_version_can_be_copied(world: World, place: Place) -> None:
    worded(world, place, BLEEDING, "I saw no bleeding.")
    amended(world, place)
    page = said(somebody(world).get(path(place)))
    assert "These words are not used" in page
    assert "I saw no bleeding." in page


# --- releasing and withdrawing -------------------------------------------------------------------


def release(visitor: Visitor, place: Place) -> Answer:
    page = visitor.get(path(place, "/release"))
    return visitor.send(path(place, "/release"), **hidden(page, "/release"))


def test_every_word_is_shown_before_it_is_released(world: World, place: Place) -> None:
    page = said(somebody(world).get(path(place, "/release")))
    found = released(world, place).current
    assert found
    assert "Version 1 of the explanation, of version 1 of the chart" in page
    for each in found.said:
        assert " ".join(each.text.split()) in page
    for term in found.terms:
        assert term.explanation in page


def test_a_doctor_releases_what_was_shown(world: World, place: Place) -> None:
    answer = release(somebody(world), place)
    assert "It is released. Patients can read it now." in said(answer)
    assert "Patients can read it" in said(answer)
    assert service.readable(*place)


def test_an_amendment_while_reading_is_told_and_nothing_is_released(
    world: World, place: Place
) -> None:
    visitor = somebody(world)
    carried = hidden(visitor.get(path(place, "/release")), "/release")
    amended(world, place)
    answer = visitor.send(path(place, "/release"), **carried)
    assert (answer.status, "The chart was amended meanwhile." in said(answer)) == (409, True)
    assert service.readable(*place) is None


def test_a_release_is_withdrawn_with_a_reason(world: World, place: Place) -> None:
    visitor = somebody(world)
    released(world, place)
    carried = hidden(visitor.get(path(place)), "/withdraw")
    refused = visitor.send(path(place, "/withdraw"), **carried, reason=" ")
    assert (refused.status, "Say why it is withdrawn" in said(refused)) == (422, True)
    answer = said(visitor.send(path(place, "/withdraw"), **carried, reason="The wrong side"))
    assert "It is withdrawn." in answer
    assert "The wrong side" in answer
    assert service.readable(*place) is None


def test_every_release_is_listed_with_its_state(world: World, place: Place) -> None:
    released(world, place)
    released(world, place)
    withdrawn(world, place, "The wrong side")
    page = said(somebody(world).get(path(place, "/releases")))
    assert page.index("Version 2") < page.index("Version 1")
    for each in ("Withdrawn", "Replaced", "The wrong side", "of version 1 of the chart"):
        assert each in page


def test_a_release_stays_readable_for_the_facility(world: World, place: Place) -> None:
    found = released(world, place).current
    released(world, place)
    assert found
    page = said(somebody(world, Role.FACILITY_ADMIN).get(path(place, "/releases/1")))
    assert "Version 1 of the explanation" in page
    assert found.said[0].text in page


@pytest.mark.parametrize("number", ["2", "0", "x"])
def test_a_release_nobody_made_does_not_exist(world: World, place: Place, number: str) -> None:
    released(world, place)
    assert somebody(world).get(path(place, f"/releases/{number}")).status == 404


# --- the chart's page ----------------------------------------------------------------------------


def chart_page(world: World, place: Place) -> str:
    return said(somebody(world).get(path(place).partition("/patient")[0]))


def test_the_charts_page_leads_to_the_explanation(world: World, place: Place) -> None:
    page = chart_page(world, place)
    assert "Explain to the patient" in page
    assert "Nothing of this chart was released to the patient yet." in page


def test_14_the_charts_page_says_that_patients_see_the_explanation_no_more(
    world: World, place: Place
) -> None:
    released(world, place)
    assert "Patients can read it" in chart_page(world, place)
    amended(world, place)
    words = "Patients no longer see the explanation of version 1: release it again."
    assert words in chart_page(world, place)
    assert words in said(somebody(world).get(path(place)))
    released(world, place)
    assert words not in chart_page(world, place)
