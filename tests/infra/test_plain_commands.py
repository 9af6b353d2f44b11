"""The commands that convert a report, and that look for what conversion changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.plain import Plain, Sentence, convert
from infra import plain, plain_check, plain_words
from infra.plain_check import Report, failures

Printed = pytest.CaptureFixture[str]
TEXT = "FINDINGS: An ulcer of 5 mm was noted, and the scope was not able to pass it."


def written(folder: Path, text: str | bytes, name: str = "report.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_report_is_told_as_json(tmp_path: Path, capsys: Printed) -> None:
    assert plain.main([str(written(tmp_path, TEXT)), "--lang", "en", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["source"] for each in told["sentences"]] == [[0, 9], [10, 36], [36, 76]]
    assert {frozenset(each) for each in told["sentences"]} == {
        frozenset({"text", "source", "fallback"})
    }
    assert {frozenset(each) for each in told["terms"]} <= {frozenset({"term", "explanation"})}


def test_sources_are_places_of_the_file_as_it_is(tmp_path: Path, capsys: Printed) -> None:
    text = "No ulcer.\r\nA polyp was seen.\r\n"
    assert plain.main([str(written(tmp_path, "\ufeff" + text)), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["sentences"]
    assert [text[slice(*each["source"])] for each in told] == ["No ulcer.", "A polyp was seen."]


def test_a_report_is_told_to_people(tmp_path: Path, capsys: Printed) -> None:
    assert plain.main([str(written(tmp_path, "It is not without risk."))]) == 0
    assert '"It is not without risk."' in capsys.readouterr().out


def test_a_chart_is_told_with_the_paths_of_its_fields(tmp_path: Path, capsys: Printed) -> None:
    chart = '{"kind": "other", "findings": [{"certainty": "not-recorded", "text": "Mass"}]}'
    assert plain.main([str(written(tmp_path, chart)), "--json"]) == 0
    (sentence,) = json.loads(capsys.readouterr().out)["sentences"]
    assert sentence["source"] == "findings/0"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b" \n", "is empty"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"a" * 100_001, "is too long: 100,000 characters at most"),
        (b"a" * 1_000_000, "is too long: 100,000 characters at most"),
        ("ん".encode() * 300_000, "is too long: 100,000 characters at most"),
        ("食道".encode("shift_jis"), "is not UTF-8 (byte 0)"),
        (b"PK\x03\x04\x00\x00", "is no text"),
        (b"\xef\xbb\xbf", "is empty"),
        (b'{"kind": "no such kind"}', "this is no chart"),
    ],
)
def test_what_cannot_be_read_is_told(raw: bytes, why: str, tmp_path: Path, capsys: Printed) -> None:
    assert plain.main([str(written(tmp_path, raw))]) == 2
    assert why in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: Printed) -> None:
    assert plain.main([str(tmp_path / "none.txt")]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err


def test_a_folder_of_faithful_reports_passes(tmp_path: Path, capsys: Printed) -> None:
    written(tmp_path, TEXT)
    written(tmp_path, json.dumps([{"id": "a", "text": TEXT}, {"body": TEXT}]), "more.json")
    assert plain_check.main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "3 reports, 6 plain sentences" in printed
    assert "0 differences" in printed


def test_a_changed_sentence_and_a_lost_one_are_failures() -> None:
    report = Report("a.txt", "No ulcer. A polyp on the left.", "en")
    changed = Plain(sentences=(Sentence(text="A sore.", source=(0, 9)),), terms=())
    assert list(failures(report, changed)) == [
        "not -> nothing: 'No ulcer.' became 'A sore.'",
        "left out: ' A polyp on the left.'",
        "'left' stands there 1 times, and 0 times in plain words",
        "'not' stands there 1 times, and 0 times in plain words",
    ]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.json", "{}", "is no list of records"),
        ("a.json", "[1]", "record 0 has neither text nor body"),
        ("a.json", "[", "is not JSON"),
        ("a.md", "text", "holds no reports"),
    ],
)
def test_a_folder_that_cannot_be_read_is_told(
    name: str, text: str, why: str, tmp_path: Path, capsys: Printed
) -> None:
    written(tmp_path, text, name)
    assert plain_check.main([str(tmp_path)]) == 2
    assert why in capsys.readouterr().err


def test_words_that_nobody_explains_are_told() -> None:
    told = Plain(
        sentences=(Sentence(text="A sore with zyxosis was seen.", source=(0, 9)),), terms=()
    )
    assert plain_words.unexplained(told, "en") == ["zyxosis"]


def test_a_word_that_is_marked_for_the_doctor_is_not_told() -> None:
    assert plain_words.unexplained(convert("A zyxosis was seen."), "en") == []


@pytest.mark.parametrize("text", ["扁桃周囲の毳毛を認める。", "コルポスコピーを施行。"])
def test_a_japanese_word_that_is_marked_is_not_told(text: str) -> None:
    assert plain_words.unexplained(convert(text, "ja"), "ja") == []
