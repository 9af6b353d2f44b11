"""The drawing of what was found: a number where the site is, and nothing that was not found."""

from __future__ import annotations

import math
import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.charts.model import Certainty, Chart, Finding, Kind, Side, Site
from chalicelib.patient_charts.drawing import atlas
from chalicelib.patient_charts.drawing.atlas import MIDDLE, NAMES
from chalicelib.patient_charts.drawing.drawn import Drawing, drawn
from chalicelib.patient_charts.drawing.spreading import RADIUS

SVG = "{http://www.w3.org/2000/svg}"


def a_finding(place: str, **changes: object) -> Finding:
    usual: dict[str, object] = {
        "certainty": Certainty.PRESENT,
        "text": "polyp",
        "site": Site(place=place),
    }
    return Finding(**(usual | changes))  # type: ignore[arg-type]


def drawing_of(*findings: Finding, kind: Kind = Kind.UPPER_GI) -> Drawing:
    found = drawn(Chart(kind=kind, findings=findings), "en")
    assert found
    return found


def marks(drawing: Drawing) -> list[tuple[str, float, float]]:
    """Return the number of each marker, and where it stands."""
    groups = ET.fromstring(drawing.svg).findall(f"{SVG}g")
    markers = [each for each in groups if each.get("class", "").startswith("mark")]
    found = []
    for each in markers:
        circle, text = each.find(f"{SVG}circle"), each.find(f"{SVG}text")
        assert circle is not None
        assert text is not None
        found.append((text.text or "", float(circle.get("cx", "")), float(circle.get("cy", ""))))
    return found


@pytest.mark.parametrize("kind", NAMES)
def test_a_drawing_is_small_and_says_nothing_by_itself(kind: Kind) -> None:
    found = atlas.atlas(kind)
    assert found
    assert len(found.svg.encode()) <= 6_000
    assert "<text" not in found.svg


def test_other_examinations_have_no_drawing() -> None:
    assert drawn(Chart(kind=Kind.OTHER), "en") is None


def test_a_finding_has_its_number_at_its_place() -> None:
    found = drawing_of(a_finding("antrum"))
    point = atlas.atlas(Kind.UPPER_GI).points["stomach/antrum"]  # type: ignore[union-attr]
    assert marks(found) == [("1", point.x, point.y)]
    assert [(each.number, each.finding) for each in found.points] == [(1, 0)]


@pytest.mark.parametrize("certainty", [Certainty.ABSENT, Certainty.NOT_RECORDED])
def test_what_was_not_found_is_never_marked(certainty: Certainty) -> None:
    found = drawing_of(a_finding("antrum", certainty=certainty), a_finding("cardia"))
    assert [each.finding for each in found.points] == [1]
    assert [number for number, _, _ in marks(found)] == ["1"]
    assert found.unmarked == ()


def test_what_is_only_possible_looks_and_sounds_so() -> None:
    found = drawing_of(a_finding("antrum", certainty=Certainty.POSSIBLE))
    assert "stroke-dasharray" in found.svg.rsplit("<circle", 1)[1]
    assert "(possible)" in found.points[0].words
    assert "possible" not in drawing_of(a_finding("antrum")).svg


def test_what_has_no_place_is_listed_and_keeps_its_number() -> None:
    found = drawing_of(a_finding("near the antrum"), a_finding("cardia"))
    assert [each.number for each in found.unmarked] == [1]
    assert [number for number, _, _ in marks(found)] == ["2"]


def test_both_sides_have_the_same_number() -> None:
    cords = a_finding("", site=Site(place="vocal cords", side=Side.BOTH))
    found = marks(drawing_of(cords, kind=Kind.LARYNGOSCOPY))
    assert [number for number, _, _ in found] == ["1", "1"]
    assert sorted(x < MIDDLE for _, x, _ in found) == [False, True]


@pytest.mark.parametrize(("side", "is_left_of_middle"), [(Side.RIGHT, True), (Side.LEFT, False)])
def test_the_mark_is_on_the_side_that_the_patient_calls_so(
    side: Side, *, is_left_of_middle: bool
) -> None:
    cord = a_finding("", site=Site(place="vocal cord", side=side))
    found = drawing_of(cord, kind=Kind.LARYNGOSCOPY)
    ((_, x, _),) = marks(found)
    assert (x < MIDDLE) == is_left_of_middle
    labels = ET.fromstring(found.svg).findall(f"{SVG}g[@class='sides']/{SVG}text")
    ordered = sorted(labels, key=lambda each: float(each.get("x", "")))
    assert [each.text for each in ordered] == ["your right", "your left"]


@given(
    places=st.lists(st.sampled_from(["antrum", "D2", "cardia", "lower oesophagus"]), max_size=60)
)
def test_numbers_never_stand_over_one_another(places: list[str]) -> None:
    found = marks(drawing_of(*(a_finding(each) for each in places)))
    assert len(found) == len(places)
    for (_, *one), (_, *other) in combinations(found, 2):
        assert math.dist(one, other) >= 2 * RADIUS


def test_a_marker_that_gives_way_stays_on_its_side() -> None:
    cord = a_finding("", site=Site(place="vocal cord", side=Side.LEFT))
    found = marks(drawing_of(*[cord] * 20, kind=Kind.LARYNGOSCOPY))
    assert all(x - RADIUS >= MIDDLE for _, x, _ in found)


def test_a_chart_as_long_as_they_get_is_drawn() -> None:
    cord = a_finding("", site=Site(place="vocal cords", side=Side.BOTH))
    assert len(marks(drawing_of(*[cord] * 100, kind=Kind.LARYNGOSCOPY))) == 200


def test_a_screen_reader_hears_what_is_marked() -> None:
    svg = ET.fromstring(drawing_of(a_finding("antrum")).svg)
    assert svg.findtext(f"{SVG}title") == "Gullet, stomach and duodenum"
    assert "1: antrum: polyp" in (svg.findtext(f"{SVG}desc") or "")


def test_words_of_a_chart_are_no_markup() -> None:
    found = drawing_of(a_finding("antrum", text="<script>alert(1)</script> <5 mm"))
    assert "<script" not in found.svg
    assert "<5 mm" in (ET.fromstring(found.svg).findtext(f"{SVG}desc") or "")


def test_a_prostate_is_drawn_only_where_one_is_marked() -> None:
    of_bladder = drawing_of(a_finding("trigone"), kind=Kind.CYSTOSCOPY)
    of_prostate = drawing_of(a_finding("prostate"), kind=Kind.CYSTOSCOPY)
    assert not re.search("prostate", of_bladder.svg)
    assert 'class="prostate"' in of_prostate.svg
