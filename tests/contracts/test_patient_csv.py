"""Lists of patients as files: read whole or not at all, with every wrong line named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contracts.answers import Answers
from chalicelib.contracts.patient_csv import WrongLines, read, text_of, written
from chalicelib.kernel.errors import Invalid

HEADER = "patient_id,backed_up\n"
IDS = st.text(min_size=1, max_size=64).filter(
    lambda each: each == each.strip() and "\0" not in each
)


def wrong_lines(text: str) -> list[tuple[int, str]]:
    with pytest.raises(WrongLines) as refused:
        read(text)
    assert refused.value.code == "wrong-lines"
    return [(each.number, each.wrong.value) for each in refused.value.lines]


@given(st.dictionaries(IDS, st.booleans(), min_size=1, max_size=8))
def test_a_list_that_is_downloaded_says_the_same_when_it_is_handed_in(
    answers: dict[str, bool],
) -> None:
    found = read(text_of(written(answers.items())))
    assert found.yes == {each for each, yes in answers.items() if yes}
    assert found.no == {each for each, yes in answers.items() if not yes}


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused_and_never_breaks(raw: bytes) -> None:
    try:
        found = read(text_of(raw))
    except Invalid:
        return
    assert isinstance(found, Answers)


@pytest.mark.parametrize("word", ["yes", "YES", " Yes ", "はい", "1"])
def test_yes_has_many_words(word: str) -> None:
    assert read(f"{HEADER}P-1,{word}\n") == Answers(yes=frozenset({"P-1"}))


@pytest.mark.parametrize("word", ["no", "No", "いいえ", "0"])
def test_no_has_many_words(word: str) -> None:
    assert read(f"{HEADER}P-1,{word}") == Answers(no=frozenset({"P-1"}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_is_read_as_spreadsheets_write_it(encoding: str, end: str) -> None:
    raw = f"patient_id,backed_up{end}患者１,はい{end}".encode(encoding)
    assert read(text_of(raw)).yes == {"患者１"}


@pytest.mark.parametrize("raw", [b"a\x81", b"a\0b", "a,b".encode("utf-16")])
def test_a_file_that_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        text_of(raw)
    assert refused.value.code == "unreadable-file"


def test_a_number_whose_header_could_not_be_read_whole_can_be_answered_for() -> None:
    assert read(text_of(f"{HEADER}P\ufffd1,no".encode())).no == {"P\ufffd1"}


def test_every_wrong_line_is_named_with_its_number() -> None:
    lines = ["P-1,yes", "P-2", ",yes", "P-3,maybe", "x" * 65 + ",no", "P-1,no", "", "P-4,no,x"]
    assert wrong_lines(HEADER + "\n".join(lines)) == [
        (3, "columns"),
        (4, "no-patient"),
        (5, "no-answer"),
        (6, "long-patient"),
        (7, "contradiction"),
        (9, "columns"),
    ]


def test_a_quotation_mark_that_never_ends_is_named() -> None:
    assert wrong_lines(f'{HEADER}P-1,yes\n"P-2,yes\n') == [(3, "columns")]


def test_a_patient_may_stand_twice_with_the_same_answer() -> None:
    assert read(f"{HEADER}P-1,no\nP-1,0\n").no == {"P-1"}


@pytest.mark.parametrize("text", ["", "P-1,yes\n", "patient_id\n", "backed_up,patient_id\n"])
def test_the_first_line_must_name_the_columns(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text)
    assert refused.value.code == "wrong-header"


def test_a_list_without_a_line_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read(HEADER)
    assert refused.value.code == "no-lines"


@pytest.mark.parametrize("patient", ["=1+1", "+81", "-1", "@sum", "'=1"])
def test_no_number_is_a_formula_to_a_spreadsheet(patient: str) -> None:
    line = written([(patient, True)]).decode("utf-8-sig").splitlines()[1]
    assert line.startswith("'")
    assert read(text_of(written([(patient, True)]))).yes == {patient}
