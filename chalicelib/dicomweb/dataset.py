"""
The header of a DICOM file as DICOM JSON (PS3.18, annex F): all of it but the pixels.

pydicom interprets, so that names come out right in every character set; it is given no more bytes
than it gets through in time, whatever they are (ADR 6: hostile ones took it over a minute).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import msgspec

from chalicelib.archive.facts import Facts

Element = dict[str, Any]  # {"vr": "PN", "Value": [...]}
Dataset = dict[str, Element]  # by tag, "00100010"

MOST_BYTES = 300 * 2**10  # of 171 real headers the longest had 258,752
LONGEST_VALUE = 1024  # of a binary one; longer ones no viewer of ours asks for
BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
PIXELS = 0x7FE00000  # group: the last one that holds anything of interest


def dataset(start: bytes, facts: Facts) -> Dataset:
    """
    Return the data set in *start*, the beginning of a file; of what cannot be read, its *facts*.

    Never raises, never warns: whatever hospital equipment wrote, its files are to be found.
    """
    try:
        with quietly():
            read = _read(start[:MOST_BYTES])
    except Exception:  # noqa: BLE001 - pydicom raises nearly anything
        read = {}
    return read if "0020000D" in read and "00080018" in read else {**_from_facts(facts), **read}


def _read(start: bytes) -> Dataset:
    from pydicom.filereader import read_partial

    found = read_partial(BytesIO(start), lambda tag, *_: int(tag) >= PIXELS, force=True)
    written: Dataset = {}
    for tag in list(found.keys()):
        written |= _one(found, tag)
    return written


def _one(within: Any, tag: Any) -> Dataset:
    """Return one element; one whose value its VR does not allow is left out alone."""
    from pydicom.dataset import Dataset as Read

    single = Read()
    try:
        single[tag] = within[tag]
        _drop_bulk(single)
        return msgspec.json.decode(single.to_json(suppress_invalid_tags=True), type=Dataset)
    except Exception:  # noqa: BLE001 - pydicom raises nearly anything
        return {}


def _drop_bulk(found: Any) -> None:
    """Take out what is no use to a viewer, at any depth: long binary values, group lengths."""
    for element in list(found):
        if element.VR == "SQ":
            for item in element.value:
                _drop_bulk(item)
        is_long = element.VR in BINARY and len(element.value or b"") > LONGEST_VALUE
        if is_long or element.tag.element == 0:
            del found[element.tag]


def _from_facts(facts: Facts) -> Dataset:
    """Return what the catalogue knows of an object, as a data set."""
    name = facts.patient_name
    named = {
        each.capitalize(): text
        for each in ("alphabetic", "ideographic", "phonetic")
        if name is not None and (text := getattr(name, each))
    }
    day, _, time = (facts.studied_at or "").partition("T")
    values: dict[str, tuple[str, Any]] = {
        "00080016": ("UI", facts.sop_class_uid),
        "00080018": ("UI", facts.sop_instance_uid),
        "00080020": ("DA", day.replace("-", "")),
        "00080030": ("TM", time.replace(":", "")),
        "00080050": ("SH", facts.accession_number),
        "00080060": ("CS", facts.modality),
        "00081030": ("LO", facts.study_description),
        "0008103E": ("LO", facts.series_description),
        "00100010": ("PN", named),
        "00100020": ("LO", facts.patient_id),
        "00100030": ("DA", (facts.birth_date or "").replace("-", "")),
        "00100040": ("CS", facts.sex),
        "0020000D": ("UI", facts.study_uid),
        "0020000E": ("UI", facts.series_uid),
        "00200011": ("IS", facts.series_number),
        "00200013": ("IS", facts.instance_number),
        "00280008": ("IS", facts.frames),
        "00280010": ("US", facts.height),
        "00280011": ("US", facts.width),
    }
    return {
        tag: {"vr": vr, "Value": [value]}
        for tag, (vr, value) in values.items()
        if value not in (None, "", {})
    }


@contextmanager
def quietly() -> Iterator[None]:
    """Keep pydicom's warnings, which quote values, out of every log."""
    log = logging.getLogger("pydicom")
    was, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = was
