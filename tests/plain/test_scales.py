"""The scales: each grade means what it means, and says which end of its scale is worse."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from chalicelib.plain.glossary import Grade, Scale, grades, scales
from chalicelib.plain.readability import grade as school_grade
from tests.plain.reading import ORGANS, REASSURING, SOOTHING_JA

SCALES = {scale.id: scale for scale in scales()}
ENDS_EN = re.compile(
    r"best|worst|mild|high|low|more|bigger|clean|poorer|worse|least|widest|last|first|middle|step"
)
ENDS_JA = re.compile(
    r"いちばん|ほう|大きいほど|多いほど|高い|低い|軽く|重い|きれい|目です|段階|上です|下です|中ほど|半分|最後|まん中"
)

# From the better end to the worse, as clinicians know them.
IN_ORDER = {
    "asa": ["ASA 1", "ASA 2", "ASA 3", "ASA 4", "ASA 5", "ASA 6"],
    "biopsy-group": ["Group 1", "Group 2", "Group 3", "Group 4", "Group 5"],
    "boston": ["BBPS 9", "BBPS 8", "BBPS 6", "BBPS 4", "BBPS 2/9", "BBPS 0/9"],
    "boston-segment": ["BBPS segment 3", "BBPS segment 2", "BBPS segment 1", "BBPS segment 0"],
    "forrest": [
        "Forrest III", "Forrest IIc", "Forrest IIb", "Forrest IIa", "Forrest Ib", "Forrest Ia",
    ],
    "hill": ["Hill I", "Hill II", "Hill III", "Hill IV"],
    "jnet": ["JNET 1", "JNET 2A", "JNET 2B", "JNET 3"],
    "kimura-takemoto": ["C-0", "C-I", "C-II", "C-III", "O-I", "O-II", "O-III"],
    "kudo": ["Kudo I", "Kudo II", "Kudo IV", "Kudo VI", "Kudo VN"],
    "kyoto-a": ["Kyoto A0", "Kyoto A1", "Kyoto A2"],
    "kyoto-dr": ["Kyoto DR0", "Kyoto DR1", "Kyoto DR2"],
    "kyoto-h": ["Kyoto H0", "Kyoto H1"],
    "kyoto-im": ["Kyoto IM0", "Kyoto IM1", "Kyoto IM2"],
    "kyoto-n": ["Kyoto N0", "Kyoto N1"],
    "kyoto-total": ["Kyoto score 0", "Kyoto score 4", "Kyoto score 8"],
    "la": ["LA grade N", "LA grade A", "LA grade B", "LA grade C", "LA grade D"],
    "mallampati": ["Mallampati I", "Mallampati II", "Mallampati III", "Mallampati IV"],
    "mayo": ["Mayo 0", "Mayo 1", "Mayo 2", "Mayo 3"],
    "nice": ["NICE 1", "NICE 2", "NICE 3"],
    "reflux-grade": ["VUR grade I", "VUR grade II", "VUR grade III", "VUR grade IV", "VUR grade V"],
    "rutgeerts": ["Rutgeerts i0", "Rutgeerts i1", "Rutgeerts i2", "Rutgeerts i3", "Rutgeerts i4"],
    "uceis": ["UCEIS 0", "UCEIS 4", "UCEIS 8"],
    "ulcer-stage": ["S2 stage", "S1 stage", "H2 stage", "H1 stage", "A2 stage", "A1 stage"],
    "varices-form": ["F0", "F1", "F2", "F3"],
    "varices-red": ["RC0", "RC1", "RC2", "RC3"],
    "vienna": ["Vienna 1", "Vienna 2", "Vienna 3", "Vienna 4", "Vienna 5"],
    "zargar": [
        "Zargar 0", "Zargar 1", "Zargar 2a", "Zargar 2b", "Zargar 3a", "Zargar 3b", "Zargar 4",
    ],
}  # fmt: skip
ONLY_DESCRIBING = {"borrmann", "paris", "pylori-state", "sarin"}
MEASURING = {"prague"}  # a length for each letter, no steps

# What a grade must say, lest a line slip: the form, a word of its English, a word of its Japanese.
MEANINGS = [
    ("0-Ip", "on a stalk", "くきのある"),
    ("0-Isp", "short stalk", "短いくき"),
    ("0-Is", "broad base", "すその広い"),
    ("0-IIa", "slightly raised", "少し高く"),
    ("0-IIb", "flat", "平ら"),
    ("0-IIc", "slightly sunken", "へこんで"),
    ("0-IIa+IIc", "raised, with a sunken part", "へこんだ部分"),
    ("0-III", "hollow", "くぼんで"),
    ("LA grade M", "no break", "傷はありません"),
    ("LA grade A", "none longer than 5 mm", "5mm以下"),
    ("LA grade B", "longer than 5 mm", "5mmより長い"),
    ("LA grade C", "less than 75%", "75%より少ない"),
    ("LA grade D", "75% or more", "75%以上"),
    ("Forrest Ia", "spurts", "ふき出して"),
    ("Forrest Ib", "oozes", "にじみ"),
    ("Forrest IIa", "vessel", "血管"),
    ("Forrest IIb", "clot", "かたまり"),
    ("Forrest IIc", "dark spot", "黒い"),
    ("Forrest III", "clean sore", "きれいな傷"),
    ("BBPS 9", "9 of 9", "9点中9点"),
    ("BBPS segment 0", "cannot be seen", "見えません"),
    ("BBPS segment 3", "whole lining", "粘膜全体"),
    ("C-0", "not thin", "うすくなっていません"),
    ("C-I", "lower part of the stomach only", "出口に近い部分だけ"),
    ("O-III", "almost the whole stomach", "ほぼ全体"),
    ("Kyoto H1", "thick folds: present", "太くなることがあります"),
    ("Kyoto N0", "none", "ありません"),
    ("Hill I", "closes well", "しっかり閉じて"),
    ("Hill IV", "stands open", "開いたまま"),
    ("Mayo 0", "no sign of active", "見られません"),
    ("Mayo 1", "mild", "軽い"),
    ("Mayo 2", "moderate", "中くらい"),
    ("Mayo 3", "severe", "重い"),
    ("UCEIS 8", "8 of 8", "8点中8点"),
    ("Prague C", "all the way round", "全周"),
    ("Prague M", "greatest length", "いちばん長い"),
    ("JNET 1", "overgrowth", "増えたポリープ"),
    ("JNET 2A", "an even surface", "整った"),
    ("JNET 2B", "partly uneven", "一部がふぞろい"),
    ("JNET 3", "deep change", "深い変化"),
    ("NICE 1", "overgrowth", "増えたポリープ"),
    ("NICE 2", "adenoma", "腺腫"),
    ("NICE 3", "deep change", "深い変化"),
    ("Vienna 1", "no cells of a tumor", "見られません"),
    ("Vienna 2", "not clear", "はっきりしません"),
    ("Vienna 3", "low grade", "軽い変化"),
    ("Vienna 4", "high grade", "強い変化"),
    ("Vienna 5", "grown below", "深くに広がった"),
    ("Group 2", "not clear", "はっきりしません"),
    ("Group 3", "adenoma", "腺腫"),
    ("Group 4", "suspected", "疑われる"),
    ("ASA 1", "good health", "健康"),
    ("ASA 4", "threat to life", "命にかかわる"),
    ("A1 stage", "new", "できたばかり"),
    ("H1 stage", "begun to heal", "治り始めて"),
    ("S2 stage", "pale", "白いあと"),
    ("Borrmann 1", "raised lump", "盛り上がり"),
    ("Borrmann 2", "raised, clear edge", "はっきりした"),
    ("Borrmann 3", "edge that is not clear", "はっきりしない深い傷"),
    ("Borrmann 4", "wide growth", "広がり"),
    ("F1", "straight", "まっすぐ"),
    ("F3", "large", "大きな"),
    ("RC0", "no red signs", "ありません"),
    ("RC3", "all round", "ぐるり全体"),
    ("GOV1", "inner curve", "内側のカーブ"),
    ("IGV1", "top of the stomach only", "上の部分だけ"),
    ("Kudo I", "round", "丸い"),
    ("Kudo II", "star", "星"),
    ("Kudo VN", "almost no pits", "ほとんど見えず"),
    ("Rutgeerts i0", "no sores", "ありません"),
    ("Rutgeerts i1", "5 or fewer", "5個以下"),
    ("Rutgeerts i2", "more than 5", "5個より多く"),
    ("Rutgeerts i4", "narrow", "せまい"),
    ("Zargar 2b", "all the way round", "ぐるり"),
    ("Zargar 4", "hole", "穴"),
    ("Mallampati IV", "only the hard roof", "かたい部分だけ"),
    ("VUR grade I", "kidney tube only", "尿管にだけ"),
    ("VUR grade V", "winding", "曲がりくねって"),
    ("H. pylori未感染", "ever there", "感染したことがない"),
    ("ピロリ既感染", "in the past", "前に"),
    ("HP現感染", "there now", "今"),
]


def each_grade() -> list[tuple[Scale, Grade]]:
    return [(scale, grade) for scale in scales() for grade in scale.grades]


def test_every_scale_is_held_to_its_order_or_said_to_have_none() -> None:
    assert SCALES.keys() == IN_ORDER.keys() | ONLY_DESCRIBING | MEASURING


@pytest.mark.parametrize("id_", IN_ORDER)
def test_ranks_rise_or_fall_from_better_to_worse(id_: str) -> None:
    scale = SCALES[id_]
    ranks = [grade.rank for of, grade in (grades()[form] for form in IN_ORDER[id_]) if of is scale]

    assert len(ranks) == len(IN_ORDER[id_])
    assert len({*ranks}) == len(ranks)
    assert ranks == sorted(ranks, reverse=scale.better == "higher")
    assert (min(ranks), max(ranks)) == (
        min(grade.rank for grade in scale.grades),
        max(grade.rank for grade in scale.grades),
    )


@pytest.mark.parametrize("id_", sorted(ONLY_DESCRIBING))
def test_a_scale_that_only_describes_has_no_better_end_and_says_so(id_: str) -> None:
    scale = SCALES[id_]

    assert scale.better == "none"
    assert {grade.rank for grade in scale.grades} == {0}
    assert [g.code for g in scale.grades if "not a grade" not in g.en.direction] == []
    assert [g.code for g in scale.grades if "段階ではありません" not in g.ja.direction] == []


def test_every_other_grade_says_where_it_stands() -> None:
    others = [(s, g) for s, g in each_grade() if s.id not in ONLY_DESCRIBING]

    assert [(s.id, g.code) for s, g in others if not ENDS_EN.search(g.en.direction)] == []
    assert [(s.id, g.code) for s, g in others if not ENDS_JA.search(g.ja.direction)] == []


@pytest.mark.parametrize(("id_", "best", "worst"), [
    ("la", "LA grade A", "LA grade D"), ("hill", "Hill I", "Hill IV"),
    ("mayo", "Mayo 0", "Mayo 3"), ("boston", "BBPS 9", "BBPS 0/9"),
    ("jnet", "JNET 1", "JNET 3"), ("forrest", "Forrest III", "Forrest Ia"),
])  # fmt: skip
def test_the_two_ends_of_a_scale_are_not_called_alike(id_: str, best: str, worst: str) -> None:
    good, bad = grades()[best][1], grades()[worst][1]

    assert re.search("mildest|best|lowest|cleanest", good.en.direction)
    assert re.search("worst|highest|lowest of 0 to 9", bad.en.direction)
    assert good.en.direction != bad.en.direction
    assert good.ja.direction != bad.ja.direction
    assert grades()[best][0].id == id_


@pytest.mark.parametrize("id_", IN_ORDER)
def test_no_end_of_a_scale_is_called_what_the_other_is(id_: str) -> None:
    scale = SCALES[id_]
    low, high = r"mildest|lowest|first|いちばん(?:軽|低)", r"worst|highest|last|いちばん(?:重|高)"
    good, bad = (low, high) if scale.better == "lower" else (high, low)
    best, worst = grades()[IN_ORDER[id_][0]][1], grades()[IN_ORDER[id_][-1]][1]

    assert not re.search(bad, best.en.direction + best.ja.direction)
    assert not re.search(f"best|いちばん良|{good}", worst.en.direction + worst.ja.direction)


@pytest.mark.parametrize(("form", "english", "japanese"), MEANINGS)
def test_a_grade_means(form: str, english: str, japanese: str) -> None:
    grade = grades()[form][1]

    assert english in grade.en.plain
    assert japanese in grade.ja.plain


def test_no_form_stands_for_two_grades() -> None:
    times = Counter(form for _, grade in each_grade() for form in grade.forms)

    assert [form for form, count in times.items() if count > 1] == []


def test_no_form_could_be_a_common_word_or_a_bare_letter() -> None:
    """A form stands by itself: Is, A or 3 would be found in any sentence."""
    assert [
        form
        for form in grades()
        if len(form) < 2 or re.fullmatch(r"[A-Za-z]+|\d[a-z]?|[IV]+[a-c]?", form)
    ] == []


@pytest.mark.parametrize("form", ["BBPS 3", "BBPS 2", "ASA 81", "C-1", "Is", "IIa", "Grade B"])
def test_a_form_that_might_mean_something_else_is_not_taken_for_a_grade(form: str) -> None:
    """BBPS 3 may be a part's score or the total; C-1 may be a bone of the neck."""
    assert form not in grades()


def test_scales_are_told_in_both_languages_shortly_and_without_reassurance() -> None:
    assert [s.id for s in scales() if not (0 < len(s.en.short) <= 120 and s.en.name)] == []
    assert [s.id for s in scales() if not (0 < len(s.ja.short) <= 60 and s.ja.name)] == []
    assert [s.id for s in scales() if not {*s.organs} <= ORGANS] == []
    assert [
        (s.id, g.code)
        for s, g in each_grade()
        if REASSURING.search(f"{g.en.plain} {g.en.direction}")
        or SOOTHING_JA.search(g.ja.plain + g.ja.direction)
    ] == []


def test_scales_read_at_grade_eight_or_below() -> None:
    hard = [(s.id, s.en.short) for s in scales() if school_grade(s.en.short) > 8]
    hard += [
        (s.id, g.en.plain)
        for s, g in each_grade()
        if len(g.en.plain.split()) > 4 and school_grade(f"{g.en.plain}.") > 8
    ]

    assert hard == []


def test_a_grade_is_told_in_forty_characters_in_japanese() -> None:
    assert [
        (s.id, text)
        for s, g in each_grade()
        for text in re.split("。", f"{g.ja.plain}。{g.ja.direction}")
        if len(text) > 40
    ] == []


def test_cancer_is_named_only_by_scales_of_tissue() -> None:
    named = {s.id for s, g in each_grade() if "cancer" in g.en.plain or "がん" in g.ja.plain}

    assert named == {"vienna", "biopsy-group"}
