"""
What the album is searched by: a script that is data, for a page from a disc may fetch nothing.

The rules by which names are folded (archive/name_keys.py) go along; search.js only follows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from chalicelib.archive import name_keys
from chalicelib.archive.name_keys import key, keys_of
from chalicelib.offline import names
from chalicelib.offline.model import Folk, Leaf
from chalicelib.web.formats import person, reading


def data(leaves: Iterable[Leaf], folks: Iterable[Folk]) -> bytes:
    """Return the script: who there is, each examination, and how what is typed is folded."""
    listed = list(folks)
    places = {each.patient.patient_key: place for place, each in enumerate(listed)}
    told: dict[str, Any] = {
        "rules": {"syllables": name_keys.SYLLABLES, "small": name_keys.SMALL},
        "people": [_person(each) for each in listed],
        "examinations": [_examination(each, places) for each in leaves],
    }
    # No page holds it, but one that did would not be left by a name.
    written = msgspec.json.encode(told).replace(b"<", b"\\u003c")
    return b'"use strict";\nwindow.album = ' + written + b";\n"


def _person(folk: Folk) -> list[Any]:
    patient = folk.patient
    return [
        person(patient.name),
        reading(patient.name),
        patient.patient_id,
        patient.birth_date,
        sorted(keys_of(patient.name)),
        key(patient.patient_id),
    ]


def _examination(leaf: Leaf, places: dict[str, int]) -> list[Any]:
    exam = leaf.examination
    words = [*exam.kind.split(), *exam.description.split()]
    return [
        names.leaf(leaf.number),
        exam.examined_at[:16].replace("T", " "),
        " · ".join(each for each in (exam.kind, exam.description) if each),
        " ".join(key(each) for each in words),
        places.get(exam.patient_key or "", -1) if leaf.patient else -1,
        len(leaf.shown),
    ]
