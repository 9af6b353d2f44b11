from __future__ import annotations

import os
from pathlib import Path

import pydicom
import pytest

from hokan_agent.sources import headers
from tests.support.canary import CANARY_ID, CANARY_NAME
from tests.support.dicom import canary, meta


def read(tmp_path: Path, content: bytes) -> object:
    (tmp_path / "IM1").write_bytes(content)
    return headers.examination(os.fsencode(tmp_path / "IM1"))


def test_a_header_tells_study_and_patient(tmp_path: Path) -> None:
    assert read(tmp_path, meta() + canary()) == {
        "id": "1.2.826.0.1.3680043.10.1",
        "examined_at": "2026-04-01T09:30:00",
        "patient": {"id": CANARY_ID, "name": CANARY_NAME, "birth_date": "1980-02-29"},
    }


@pytest.mark.parametrize("content", [b"", b"DICM", b"\0" * 128 + b"DICM", b"\xff" * 1000])
def test_bytes_that_are_no_header_have_no_examination(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) is None


def test_no_file_that_pydicom_ships_makes_it_fail() -> None:
    shipped = (Path(pydicom.__file__).parent / "data" / "test_files").rglob("*.dcm")
    told = [headers.examination(os.fsencode(path)) for path in shipped]
    assert sum(each is not None for each in told) > len(told) / 2
