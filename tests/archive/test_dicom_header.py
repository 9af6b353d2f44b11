"""Facts from DICOM headers; pydicom's reading of whole files is the oracle."""

from __future__ import annotations

import logging
import struct
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.archive.facts import Facts, Flag, Kind
from chalicelib.archive.inspection import FIRST_BYTES, MOST_BYTES, inspect
from tests.support.dicom import canary, element, endless, meta, shipped_files

FILES = shipped_files()

# Our field, pydicom's keyword, and how a value of pydicom's is written as ours.
TEXTS = {
    "sop_instance_uid": "SOPInstanceUID",
    "study_uid": "StudyInstanceUID",
    "series_uid": "SeriesInstanceUID",
    "modality": "Modality",
    "patient_id": "PatientID",
    "patient_name": "PatientName",
    "sex": "PatientSex",
    "study_description": "StudyDescription",
    "series_description": "SeriesDescription",
    "accession_number": "AccessionNumber",
}
NUMBERS = {
    "width": "Columns",
    "height": "Rows",
    "frames": "NumberOfFrames",
    "series_number": "SeriesNumber",
    "instance_number": "InstanceNumber",
}
DAYS = {"birth_date": "PatientBirthDate", "studied_at": "StudyDate"}


@cache
def facts_of(path: Path) -> Facts:
    content = path.read_bytes()
    return inspect(lambda offset, length: content[offset : offset + length], len(content))


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let pydicom warn as it likes: it is the oracle here, not the code under test."""
    monkeypatch.setattr(logging.getLogger("pydicom"), "disabled", True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def by_pydicom(path: Path) -> Any:
    """Return pydicom's full reading of a file, or None if it cannot."""
    import pydicom

    try:
        return pydicom.dcmread(path, force=True)
    except Exception:  # noqa: BLE001 - not DICOM, in many ways
        return None


def text(dataset: Any, keyword: str) -> str:
    value = dataset.get(keyword)
    if value is not None and not isinstance(value, str) and hasattr(value, "append"):
        value = value[0] if len(value) else ""
    return str(value if value is not None else "").strip().rstrip("=")


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_shipped_file_says_to_us_what_it_says_to_pydicom(path: Path) -> None:
    facts, dataset = facts_of(path), by_pydicom(path)
    if dataset is None or path.name == "emri_small_jpeg_2k_lossless_too_short.dcm":
        return  # pydicom gives up on the latter; the next test is about it
    if facts.kind is Kind.OTHER:
        assert "SOPClassUID" not in dataset
        return
    ours = {field: str(getattr(facts, field) or "") for field in TEXTS}
    assert ours == {field: text(dataset, keyword) for field, keyword in TEXTS.items()}
    numbers = {field: getattr(facts, field) for field in NUMBERS}
    assert numbers == {field: number(text(dataset, each)) for field, each in NUMBERS.items()}
    days = {field: (getattr(facts, field) or "")[:10].replace("-", "") for field in DAYS}
    assert days == {field: text(dataset, each).replace(".", "") for field, each in DAYS.items()}
    assert facts.transfer_syntax_uid == dataset.file_meta.get("TransferSyntaxUID")
    assert facts.sop_class_uid in {dataset.get("SOPClassUID"), media_class(dataset)}


def number(written: str) -> int | None:
    return int(written) if written.isdecimal() else None


def media_class(dataset: Any) -> str | None:
    value = dataset.file_meta.get("MediaStorageSOPClassUID")
    return str(value) if value else None


def test_a_file_cut_inside_a_sequence_keeps_what_it_had_before() -> None:
    path = next(each for each in FILES if each.name == "emri_small_jpeg_2k_lossless_too_short.dcm")
    facts = facts_of(path)
    assert (facts.modality, facts.width, facts.height, facts.frames) == ("MR", 64, 64, 10)


def test_every_shipped_dicom_file_is_seen_as_one() -> None:
    assert sum(facts_of(path).kind is Kind.DICOM for path in FILES) == 259


def test_few_shipped_files_have_flags_beyond_missing_identity() -> None:
    usual = {Flag.NO_STUDY, Flag.NO_PATIENT}
    flagged = {path.name: set(facts_of(path).flags) - usual for path in FILES}
    assert {name: flags for name, flags in flagged.items() if flags} == {
        "ExplVR_BigEndNoMeta.dcm": {"no-preamble"},
        "ExplVR_LitEndNoMeta.dcm": {"no-preamble"},
        "MR_truncated.dcm": {"truncated"},
        "OT-PAL-8-face.dcm": {"no-preamble"},
        "bad_sequence.dcm": {"bad-uid"},
        "rtplan_truncated.dcm": {"truncated"},
        "rtstruct.dcm": {"no-preamble"},
    }


def test_two_ranges_are_enough_for_every_shipped_file() -> None:
    for path in FILES:
        content = path.read_bytes()
        sizes: list[int] = []

        def read(
            offset: int, length: int, content: bytes = content, sizes: list[int] = sizes
        ) -> bytes:
            sizes.append(length)
            return content[offset : offset + length]

        inspect(read, len(content))
        assert len(sizes) <= 2
        assert sum(sizes) <= FIRST_BYTES + MOST_BYTES


def test_facts_of_shipped_files_stay_short_as_json() -> None:
    assert max(len(msgspec.json.encode(facts_of(path))) for path in FILES) < 750


def test_the_longest_facts_of_kanji_stay_under_two_kilobytes() -> None:
    long = ("画" * 64).encode()
    content = meta() + canary(name=b"=".join([long] * 3))
    content += element(0x00081030, b"LO", long) + element(0x0008103E, b"LO", long)
    facts = inspect(lambda offset, length: content[offset : offset + length], len(content))
    assert len(msgspec.json.encode(facts)) < 2_000


def read(content: bytes) -> Facts:
    return inspect(lambda offset, length: content[offset : offset + length], len(content))


@pytest.mark.parametrize(
    ("written", "expected"),
    [(b"19800229", "1980-02-29"), (b"1980.02.29", "1980-02-29"), (b"", None), (b"19810229", None)],
)
def test_a_birth_date_is_one_that_a_calendar_has(written: bytes, expected: str | None) -> None:
    assert read(meta() + canary(birth_date=written)).birth_date == expected


@pytest.mark.parametrize("written", [b"19810229", b"00000000", b"1980022", b"CANARY", b"20260401-"])
def test_another_date_is_flagged(written: bytes) -> None:
    assert read(meta() + canary(birth_date=written)).flags == ("bad-date",)


def test_an_absent_date_is_not_flagged() -> None:
    assert read(meta() + canary(birth_date=b"", study_date=b"")).flags == ()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"093015.123456", "2026-04-01T09:30:15"),
        (b"0930", "2026-04-01T09:30:00"),
        (b"09:30:15", "2026-04-01T09:30:15"),
        (b"235960", "2026-04-01T23:59:59"),
        (b"256199", "2026-04-01"),
        (b"", "2026-04-01"),
    ],
)
def test_a_study_time_that_no_clock_shows_is_left_out(written: bytes, expected: str) -> None:
    assert read(meta() + canary(study_time=written)).studied_at == expected


def test_a_hashed_uid_keeps_its_study_together_and_is_flagged() -> None:
    facts = read(meta() + canary(study=b"05fa52f0e599f17b8186ff18fcdf2b55"))
    assert (facts.study_uid, facts.flags) == ("05fa52f0e599f17b8186ff18fcdf2b55", ("bad-uid",))


@pytest.mark.parametrize("written", [b"1A", b"", b"-3", b"99999999999", b"9" * 300])
def test_a_number_of_frames_that_is_none_is_left_out(written: bytes) -> None:
    assert read(meta() + canary(frames=written)).frames is None


def test_a_sequence_of_unknown_representation_is_stepped_over() -> None:
    """Inside UN of undefined length everything is implicit (PS3.5, 6.2.2)."""
    inside = struct.pack("<HHL", 0x10, 0x20, 4) + b"SPOT"
    item = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF) + inside
    item += struct.pack("<HHL", 0xFFFE, 0xE00D, 0) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    assert read(meta() + endless(0x00091010, b"UN") + item + canary()).patient_id == "CANARY-0001"


def test_a_patient_id_inside_a_sequence_is_not_the_patients() -> None:
    inside = element(0x00100020, b"LO", b"SOMEBODY-ELSE")
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inside)) + inside
    sequence = endless(0x00101002, b"SQ") + item + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    head = element(0x00080016, b"UI", b"1.2.3")
    assert read(meta() + head + sequence).patient_id is None
