"""Which box a sentence stands in: nothing is fine but what the record says is not there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Done,
    Finding,
    Instruction,
    Kind,
    Measurement,
    Medicine,
    Procedure,
)
from chalicelib.patient_charts import boxes
from chalicelib.patient_charts.model import Box
from chalicelib.plain.checking import facts

LANGUAGES = ("en", "ja")


def box_of(path: str, **parts: Any) -> Box:
    return boxes.of_field(Chart(kind=Kind.OTHER, **parts), path, "en")


def of_finding(certainty: Certainty, text: str, language: Any = "en") -> Box:
    chart = Chart(kind=Kind.OTHER, findings=(Finding(certainty=certainty, text=text),))
    return boxes.of_field(chart, "findings/0", language)


# --- fields --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("certainty", "box"),
    [
        (Certainty.PRESENT, Box.FOUND),
        (Certainty.POSSIBLE, Box.FOUND),
        (Certainty.ABSENT, Box.FINE),
        (Certainty.NOT_RECORDED, Box.MORE),
    ],
)
def test_a_finding_and_a_diagnosis_stand_where_their_certainty_says(
    certainty: Certainty, box: Box
) -> None:
    finding = Finding(certainty=certainty, text="polyp")
    diagnosis = Diagnosis(certainty=certainty, text="polyp")
    assert box_of("findings/0", findings=(finding,)) is box
    assert box_of("diagnoses/0", diagnoses=(diagnosis,)) is box


@pytest.mark.parametrize(
    ("instruction", "box"),
    [
        (Instruction.START, Box.TO_DO),
        (Instruction.STOP, Box.TO_DO),
        (Instruction.CONTINUE, Box.TO_DO),
        (Instruction.NONE, Box.MORE),
    ],
)
def test_a_medicine_is_to_do_when_there_is_an_instruction(
    instruction: Instruction, box: Box
) -> None:
    medicine = Medicine(instruction=instruction, text="aspirin")
    assert box_of("medicines/0", medicines=(medicine,)) is box


@pytest.mark.parametrize("done", list(Done))
def test_a_procedure_is_neither_good_nor_bad(done: Done) -> None:
    procedure = Procedure(done=done, text="biopsy")
    assert box_of("procedures/0", procedures=(procedure,)) is Box.MORE


def test_a_measurement_is_neither_good_nor_bad() -> None:
    measure = Measurement(value="12", unit="mm", text="polyp")
    assert box_of("measurements/0", measurements=(measure,)) is Box.MORE


@pytest.mark.parametrize("text", ["No polyp", "Normal mucosa", "peristalsis", "good view"])
def test_what_ought_to_be_there_is_not_fine_when_it_is_absent(text: str) -> None:
    assert of_finding(Certainty.ABSENT, text) is Box.MORE


@pytest.mark.parametrize(
    ("text", "language"),
    [("No abnormal findings", "en"), ("No polyp", "en"), ("異常所見なし", "ja"), ("正常", "ja")],
)
def test_a_finding_that_there_is_nothing_is_not_told_as_found(text: str, language: str) -> None:
    assert of_finding(Certainty.PRESENT, text, language) is Box.FINE


@pytest.mark.parametrize("text", ["No polyp but an ulcer", "Possible polyp, no ulcer", "polyp"])
def test_a_finding_that_says_more_than_nothing_is_found(text: str) -> None:
    assert of_finding(Certainty.PRESENT, text) is Box.FOUND


# --- sentences of a narrative --------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "No ulcer.",
        "No ulcer was seen.",
        "No polyps, masses or ulcers were seen.",
        "There was no evidence of bleeding.",
        "No bleeding in the stomach.",
        "The stomach was normal.",
        "Normal duodenum.",
        "Normal.",
        "3.  No evidence of varices.",
        "The left bronchial tree was unremarkable.",
    ],
)
def test_what_the_source_says_is_not_there_is_fine(text: str) -> None:
    assert boxes.of_text(text, "en") is Box.FINE


@pytest.mark.parametrize(
    "text",
    [
        "潰瘍なし。",
        "食道に潰瘍を認めない。",
        "潰瘍・ポリープは見られません。",
        "胃は正常です。",
        "異常所見なし。",
        "① 潰瘍なし。",
    ],
)
def test_what_a_japanese_source_says_is_not_there_is_fine(text: str) -> None:
    assert boxes.of_text(text, "ja") is Box.FINE


@pytest.mark.parametrize(
    "text",
    [
        "No ulcer but erosions seen.",
        "No ulcer, erosions seen.",
        "No ulcer and erosions in the antrum.",
        "No definite ulcer.",
        "No ulcer larger than 5 mm.",
        "No ulcer was seen, possibly missed.",
        "No previous ulcer.",
        "No family history of polyps.",
        "No view of the duodenum.",
        "No biopsy was taken.",
        "No peristalsis.",
        "No consent for ulcer treatment.",
        "Unable to retroflex.",
        "The ulcer could not be passed.",
        "The stomach was not normal.",
        "The stomach appeared normal.",
        "Otherwise normal.",
        "The ulcer was normal.",
        "It is not recorded if there was an ulcer.",
        "No. 3 ulcer.",
        "There was no bleeding at the conclusion of the procedure.",
        "There were no abnormalities other than the ulcer.",
        "The stomach was seen.",
        "Stomach not examined.",
        "",
    ],
)
def test_in_doubt_a_sentence_stands_with_all_the_rest(text: str) -> None:
    assert boxes.of_text(text, "en") is Box.MORE


@pytest.mark.parametrize(
    "text",
    [
        "潰瘍なし、びらんあり。",
        "びらん、潰瘍なし。",
        "潰瘍は否定できない。",
        "潰瘍の既往なし。",
        "観察できず。",
        "休薬なし。",
        "生検せず。",
        "蠕動なし。",
        "癌の疑いなし。",
        "胃以外は正常。",
        "潰瘍があったかどうかは、記録がありません。",
    ],
)
def test_in_doubt_a_japanese_sentence_stands_with_all_the_rest(text: str) -> None:
    assert boxes.of_text(text, "ja") is Box.MORE


@pytest.mark.parametrize(
    ("heading", "language"),
    [("PAST HISTORY:", "en"), ("Indications:", "en"), ("ALLERGIES:", "en"), ("既往歴:", "ja")],
)
def test_a_no_of_another_time_is_not_fine(heading: str, language: Any) -> None:
    text = "No ulcer." if language == "en" else "潰瘍なし。"
    assert boxes.of_text(text, language, heading) is Box.MORE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Repeat the examination in 8 weeks.", "en"),
        ("Please stop smoking.", "en"),
        ("The patient should return in 6 months.", "en"),
        ("Do not take aspirin.", "en"),
        ("2. He should avoid blowing his nose for 2 weeks.", "en"),
        ("6か月後に再検してください。", "ja"),
        ("禁煙を勧めます。", "ja"),
    ],
)
def test_what_the_doctor_says_to_do_is_to_do(text: str, language: Any) -> None:
    assert boxes.of_text(text, language) is Box.TO_DO


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Return of bowel function was noted.", "en"),
        ("She was advised to stop aspirin.", "en"),
        ("Possibly the patient should return.", "en"),
        ("The scope should be cleaned.", "en"),
        ("Aspirin was stopped.", "en"),
        ("Consider a repeat examination.", "en"),
        ("前回、禁煙を勧めます。", "ja"),
        ("禁煙を勧めた。", "ja"),
        ("手術は必要ない。", "ja"),
    ],
)
def test_what_only_tells_is_not_to_do(text: str, language: Any) -> None:
    assert boxes.of_text(text, language) is Box.MORE


# --- whatever is recorded ------------------------------------------------------------------------

words = st.text(max_size=60)


@given(words, st.sampled_from(LANGUAGES))
def test_4_what_is_not_recorded_is_never_fine(text: str, language: Any) -> None:
    assert of_finding(Certainty.NOT_RECORDED, text, language) is Box.MORE


PIECES = ["no", "ulcer", "polyp", "not", "normal", "stomach", "possible", "but", "was", "seen", ","]
sentences = st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)


@given(sentences | words, st.sampled_from(LANGUAGES))
def test_5_nothing_is_fine_unless_the_source_says_no_or_normal(text: str, language: Any) -> None:
    if boxes.of_text(text, language) is Box.FINE:
        assert {"not", "normal"} & set(facts(text, language))
        assert not {"perhaps", "seems", "but", "in-the-past"} & set(facts(text, language))
