"""Headers as DICOM JSON; pydicom's reading of whole files is the oracle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from chalicelib.archive.facts import Facts, Kind
from chalicelib.archive.inspection import inspect
from chalicelib.dicomweb.dataset import LONGEST_VALUE, MOST_BYTES, dataset, quietly
from tests.support.dicom import CANARY_ID, canary, element, endless, meta, shipped_files

NAMES = {
    "chrH31.dcm": ("Yamada^Tarou", "山田^太郎", "やまだ^たろう"),
    "chrH32.dcm": ("ﾔﾏﾀﾞ^ﾀﾛｳ", "山田^太郎", "やまだ^たろう"),
    "chrGerm.dcm": ("Äneas^Rüdiger", "", ""),
    "chrKoreanMulti.dcm": ("김희중", "", ""),
}


def of_file(path: Path) -> dict[str, dict[str, Any]]:
    content = path.read_bytes()
    facts = inspect(lambda offset, length: content[offset : offset + length], len(content))
    return dataset(content[: facts.header_bytes or MOST_BYTES], facts)


def shipped(name: str) -> Path:
    return next(each for each in shipped_files() if each.name == name)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_out_in_every_writing(name: str) -> None:
    groups = zip(("Alphabetic", "Ideographic", "Phonetic"), NAMES[name], strict=True)

    assert of_file(shipped(name))["00100010"]["Value"] == [
        {group: text for group, text in groups if text}
    ]


def test_every_shipped_file_has_the_uids_that_pydicom_reads() -> None:
    with quietly():
        wrong = [
            path.name
            for path in shipped_files()
            if not has_its_uids(by_pydicom(path), of_file(path))
        ]

    assert wrong == []


def by_pydicom(path: Path) -> Dataset:
    """Return pydicom's own reading of a whole file; an empty one of what it takes for none."""
    try:
        return pydicom.dcmread(path)
    except Exception:  # noqa: BLE001 - not DICOM, in many ways
        return Dataset()


def has_its_uids(whole: Dataset, ours: dict[str, dict[str, Any]]) -> bool:
    """Whether ours has the UIDs that pydicom finds: none of a file that ends too early."""
    uids = {"0020000D": whole.get("StudyInstanceUID"), "00080018": whole.get("SOPInstanceUID")}
    return all(ours.get(tag, {}).get("Value") == [str(uid)] for tag, uid in uids.items() if uid)


def test_no_header_holds_pixels_or_other_bulk() -> None:
    read = {path: of_file(path) for path in shipped_files()}

    assert [path.name for path, ours in read.items() if any(tag >= "7FE0" for tag in ours)] == []
    assert max(longest_inline(ours) for ours in read.values()) <= 4 * (LONGEST_VALUE + 2) // 3 + 4


def longest_inline(found: object) -> int:
    """Return how long the longest binary value is that stands in a data set, at any depth."""
    if isinstance(found, dict):
        own = len(str(found.get("InlineBinary", "")))
        return max([own, *(longest_inline(each) for each in found.values())])
    if isinstance(found, list):
        return max([0, *(longest_inline(each) for each in found)])
    return 0


def test_what_pydicom_cannot_read_is_told_from_the_facts() -> None:
    facts = Facts(
        kind=Kind.DICOM, sop_instance_uid="1.2.3", study_uid="1.2", studied_at="2026-04-01T09:30:00"
    )

    read = dataset(b"\x08\x00" * 40, facts)

    assert read["0020000D"] == {"vr": "UI", "Value": ["1.2"]}
    assert read["00080020"]["Value"] == ["20260401"]
    assert read["00080030"]["Value"] == ["093000"]


def test_one_broken_element_takes_no_other_with_it() -> None:
    broken = element(0x00101010, b"AS", b"\xff\xfe\xff")
    content = meta() + canary() + broken
    facts = Facts(kind=Kind.DICOM, sop_instance_uid="1.2.3")

    assert dataset(content, facts)["00100020"]["Value"] == [CANARY_ID]


def test_hostile_fragments_cost_no_more_than_their_bytes() -> None:
    fragments = endless(0x00091010, b"OB") + b"\xfe\xff\x00\xe0\0\0\0\0" * 100_000
    content = meta() + canary() + fragments

    assert dataset(content, Facts(kind=Kind.DICOM, study_uid="1.2", sop_instance_uid="1.3"))


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(noise: bytes) -> None:
    read = dataset(meta() + canary() + noise, Facts(kind=Kind.DICOM))

    assert json.loads(msgspec.json.encode(read)) == read
