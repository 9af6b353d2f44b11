"""
The examination a DICOM header tells of, where no sidecar says otherwise.

Asked only where a plan chooses between patients: then a file's patient must be known before a
byte of it moves.  Otherwise the service reads the header itself.
"""

from __future__ import annotations

import io
import logging
import warnings
from datetime import datetime
from typing import Any

from hokan_agent.sources.reading import opened

TAGS = [
    "SpecificCharacterSet",
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "Modality",
    "StudyDescription",
]
MAGIC_AT, MAGIC = 128, b"DICM"
HEADER_BYTES = 2**18  # no hostile file keeps us longer than this many bytes can


def examination(place: bytes) -> dict[str, Any] | None:
    """
    Return the study of the file at *place* as docs/api.md has an examination, or None.

    Any bytes may come: what nobody understands has no header, and goes up all the same.

    Raises:
        OSError: It cannot be read.
    """
    with opened(place) as file:
        start = file.read(HEADER_BYTES)
    if start[MAGIC_AT : MAGIC_AT + len(MAGIC)] != MAGIC:
        return None
    try:
        return _study(start)
    except Exception:  # noqa: BLE001 - pydicom meets hostile bytes here
        return None


def _study(start: bytes) -> dict[str, Any] | None:
    from pydicom import dcmread

    logging.getLogger("pydicom").disabled = True  # it quotes values: patients' data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header = dcmread(io.BytesIO(start), stop_before_pixels=True, specific_tags=list(TAGS))
        uid = _text(header, "StudyInstanceUID")
        if not uid:
            return None
        told = {
            "id": uid,
            "examined_at": _moment(header),
            "kind": _text(header, "Modality"),
            "description": _text(header, "StudyDescription"),
        }
        study: dict[str, Any] = {name: value for name, value in told.items() if value}
        patient = _patient(header)
    return study | ({"patient": patient} if patient else {})


def _patient(header: Any) -> dict[str, str] | None:
    identifier = _text(header, "PatientID")
    if not identifier:
        return None
    told = {
        "id": identifier,
        "name": _text(header, "PatientName"),
        "birth_date": _date(_text(header, "PatientBirthDate")),
        "sex": _text(header, "PatientSex"),
    }
    return {name: value for name, value in told.items() if value}


def _text(header: Any, keyword: str) -> str:
    value = str(header.get(keyword) or "")
    return "".join(each for each in value if each.isprintable()).strip()


def _date(text: str) -> str:
    """
    Return a date (VR DA) as ISO 8601 has it, or nothing.

    >>> _date("20260401"), _date("2026")
    ('2026-04-01', '')
    """
    try:
        return datetime.strptime(text, "%Y%m%d").strftime("%Y-%m-%d")  # noqa: DTZ007 - a date
    except ValueError:
        return ""


def _moment(header: Any) -> str:
    day = _date(_text(header, "StudyDate"))
    time = _text(header, "StudyTime")[:6]
    try:
        clock = datetime.strptime(time, "%H%M%S").strftime("T%H:%M:%S")  # noqa: DTZ007 - local
    except ValueError:
        clock = ""
    return day + clock if day else ""
