"""A finding is marked where its words put it, on the side they say, or nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.charts.model import Kind, Side, Site
from chalicelib.patient_charts.drawing import atlas
from chalicelib.patient_charts.drawing.atlas import HEIGHT, MIDDLE, NAMES, WIDTH, Point
from chalicelib.patient_charts.drawing.sites import regions

UPPER, LOWER, LUNG = Kind.UPPER_GI, Kind.LOWER_GI, Kind.BRONCHOSCOPY
BLADDER, NOSE = Kind.CYSTOSCOPY, Kind.LARYNGOSCOPY
OTHER_SIDE = {"left": "right", "right": "left", "左": "右", "右": "左"}


def region(kind: Kind, place: str, organ: str = "", side: Side = Side.NONE) -> str:
    """Return the region, or the regions with a plus between them."""
    return "+".join(regions(kind, Site(organ=organ, place=place, side=side)))


@pytest.mark.parametrize(
    ("kind", "organ", "place", "expected"),
    [
        (UPPER, "oesophagus", "lower third", "oesophagus/lower"),
        (UPPER, "Esophagus", "Upper", "oesophagus/upper"),
        (UPPER, "食道", "上部食道", "oesophagus/upper"),
        (UPPER, "", "Mt", "oesophagus/middle"),
        (UPPER, "", "GEJ", "oesophagus/junction"),
        (UPPER, "", "gastro-oesophageal junction", "oesophagus/junction"),
        (UPPER, "胃", "噴門", "stomach/cardia"),
        (UPPER, "胃", "体下部小彎", "stomach/body/lower/lesser"),
        (UPPER, "胃", "体中部　大弯", "stomach/body/middle/greater"),
        (UPPER, "stomach", "body (lesser curve)", "stomach/body/lesser"),
        (UPPER, "stomach", "antrum, posterior wall", "stomach/antrum"),
        (UPPER, "胃", "前庭部", "stomach/antrum"),
        (UPPER, "", "D2", "duodenum/second"),
        (UPPER, "", "Ｄ２", "duodenum/second"),
        (UPPER, "十二指腸", "球部", "duodenum/bulb"),
        (UPPER, "oesophagus", "distal", "oesophagus/lower"),
        (UPPER, "胃", "体部全体", "stomach/body"),
        (UPPER, "stomach", "lower antrum", "stomach/antrum"),
        (UPPER, "Structure of pyloric antrum (body structure)", "", "stomach/antrum"),
        (LOWER, "大腸（RS部）", "", "colon/rectosigmoid"),
        (LOWER, "colon", "sigmoid", "colon/sigmoid"),
        (LOWER, "", "S", "colon/sigmoid"),
        (LOWER, "", "A", "colon/ascending"),
        (LOWER, "大腸", "下行結腸", "colon/descending"),
        (LOWER, "大腸", "肝彎曲", "colon/hepatic-flexure"),
        (LOWER, "", "terminal ileum", "colon/ileum"),
        (LOWER, "直腸", "Rb", "colon/rectum/lower"),
        (LOWER, "", "proximal transverse colon", "colon/transverse/proximal"),
        (LUNG, "気管支", "右主気管支", "airway/main/right"),
        (LUNG, "", "RUL", "airway/upper/right"),
        (LUNG, "lung", "left B4", "airway/b45/left"),
        (LUNG, "", "bronchus intermedius", "airway/intermediate"),
        (BLADDER, "膀胱", "三角部", "bladder/trigone"),
        (BLADDER, "bladder", "left ureteral orifice", "bladder/orifice/left"),
        (BLADDER, "膀胱", "左側壁", "bladder/wall/left"),
        (NOSE, "", "R vocal cord", "larynx/cord/right"),
        (NOSE, "喉頭", "両側声帯", "larynx/cord/left+larynx/cord/right"),
        (NOSE, "鼻", "鼻中隔", "nose/septum"),
    ],
)
def test_words_of_doctors_name_a_place(kind: Kind, organ: str, place: str, expected: str) -> None:
    assert region(kind, place, organ) == expected


@pytest.mark.parametrize(
    ("kind", "organ", "place"),
    [
        pytest.param(UPPER, "", "", id="nothing told"),
        pytest.param(UPPER, "", "Xyz", id="a word nobody knows"),
        pytest.param(UPPER, "stomach", "near the antrum", id="near is not in"),
        pytest.param(UPPER, "stomach", "antrum and body", id="two places"),
        pytest.param(UPPER, "胃", "前庭部から体部", id="from here to there"),
        pytest.param(UPPER, "oesophagus", "antrum", id="places that contradict"),
        pytest.param(UPPER, "stomach", "?antrum", id="not sure where"),
        pytest.param(UPPER, "stomach", "upper and lower body", id="two parts"),
        pytest.param(UPPER, "食道", "胸部上部 下部", id="parts that contradict"),
        pytest.param(UPPER, "oesophagus", "lesser curve", id="a part it does not have"),
        pytest.param(UPPER, "胃", "小弯", id="a curve along the whole stomach"),
        pytest.param(UPPER, "", "sigmoid colon", id="another organ"),
        pytest.param(LOWER, "", "a", id="an article is no colon"),
        pytest.param(LOWER, "colon", "left", id="half of a colon"),
        pytest.param(LUNG, "", "upper lobe", id="of which lung"),
        pytest.param(BLADDER, "bladder", "anterior wall", id="the wall cut away"),
        pytest.param(NOSE, "larynx", "vocal cord", id="one of two"),
        pytest.param(Kind.OTHER, "stomach", "antrum", id="no drawing"),
    ],
)
def test_what_is_unknown_or_ambiguous_is_nowhere(kind: Kind, organ: str, place: str) -> None:
    assert region(kind, place, organ) == ""


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (UPPER, "35 cm"),
        (UPPER, "35cm from the incisors"),
        (UPPER, "門歯より35cm"),
        (LOWER, "15-20 cm from the anal verge"),
        (LOWER, "5 cm, anal verge"),
        (LOWER, "肛門縁から１５ｃｍ"),
        (LOWER, "肛門より5cm"),
    ],
)
def test_a_distance_is_no_place(kind: Kind, place: str) -> None:
    assert region(kind, place) == ""


def test_a_distance_beside_a_place_changes_nothing() -> None:
    assert region(UPPER, "lower third, 35 cm from the incisors", "oesophagus") == "oesophagus/lower"


@pytest.mark.parametrize("kind", NAMES)
def test_the_patients_right_is_on_the_left_of_the_drawing(kind: Kind) -> None:
    found = atlas.atlas(kind)
    assert found
    for name, point in found.points.items():
        if name.endswith("/left"):
            assert point.x > MIDDLE
            mirrored = found.points[name.removesuffix("left") + "right"]
            assert mirrored.x < MIDDLE


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (LUNG, "left main bronchus"),
        (LUNG, "右主気管支"),
        (LUNG, "left upper lobe"),
        (BLADDER, "左尿管口"),
        (BLADDER, "right lateral wall"),
        (NOSE, "left vocal cord"),
        (NOSE, "右鼻腔"),
    ],
)
def test_swapping_the_side_in_the_words_swaps_the_side_of_the_mark(kind: Kind, place: str) -> None:
    word = next(each for each in OTHER_SIDE if each in place)
    one = region(kind, place)
    other = region(kind, place.replace(word, OTHER_SIDE[word]))
    assert {one.rsplit("/", 1)[1], other.rsplit("/", 1)[1]} == {"left", "right"}
    found = atlas.atlas(kind)
    assert found
    assert (found.points[one].x < MIDDLE) == ("right" in one)
    assert (found.points[one].x - MIDDLE) * (found.points[other].x - MIDDLE) < 0


SIDED = [
    (kind, name.rsplit("/", 1)[0])
    for kind in NAMES
    if (found := atlas.atlas(kind))
    for name in found.points
    if name.endswith("/left")
]


@pytest.mark.parametrize(("kind", "place"), SIDED)
def test_the_field_tells_the_side_as_the_words_do(kind: Kind, place: str) -> None:
    found = atlas.atlas(kind)
    assert found
    word = next((each for each, said in found.meanings.items() if said == place), "")
    for side in (Side.LEFT, Side.RIGHT):
        assert region(kind, word, side=side) == (f"{place}/{side}" if word else "")


@pytest.mark.parametrize(
    ("kind", "place", "side"),
    [
        (LUNG, "right main bronchus", Side.LEFT),
        (LUNG, "RUL", Side.LEFT),
        (LUNG, "middle lobe", Side.LEFT),
        (LOWER, "ascending colon", Side.LEFT),
        (LOWER, "下行結腸", Side.RIGHT),
        (NOSE, "left vocal cord", Side.BOTH),
    ],
)
def test_a_side_that_contradicts_the_words_marks_nothing(
    kind: Kind, place: str, side: Side
) -> None:
    assert region(kind, place, side=side) == ""


@pytest.mark.parametrize("kind", NAMES)
def test_every_word_of_a_drawing_is_read_as_it_is_meant(kind: Kind) -> None:
    found = atlas.atlas(kind)
    assert found
    for word, said in found.meanings.items():
        expected = said if said in found.points else ""
        if said[0] not in "+-":
            assert region(kind, word) == expected, word


@pytest.mark.parametrize("kind", NAMES)
def test_every_place_is_on_the_drawing(kind: Kind) -> None:
    found = atlas.atlas(kind)
    assert found
    for point in found.points.values():
        assert 0 < point.x < WIDTH
        assert 0 < point.y < HEIGHT


@given(kind=st.sampled_from(Kind), organ=st.text(), place=st.text(), side=st.sampled_from(Side))
def test_whatever_was_typed_is_some_place_or_none(
    kind: Kind, organ: str, place: str, side: Side
) -> None:
    found = atlas.atlas(kind)
    for each in regions(kind, Site(organ=organ, place=place, side=side)):
        assert found
        assert isinstance(found.points[each], Point)
