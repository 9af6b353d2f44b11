"""
What a facility says about its files, in files of their own.

``exam.json`` describes the folder it is in and those below; a row of ``index.csv`` describes the
folder or file its ``path`` names.  The nearest statement counts.

An exam.json is in UTF-8, as JSON is.  An index.csv may also be in Shift_JIS (CP932): that is how
Excel writes "CSV" in Japan.  UTF-8 is tried first: Japanese text in Shift_JIS is hardly ever UTF-8.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from hokan_agent.report import Exception_
from hokan_agent.sources.paths import to_wire
from hokan_agent.sources.reading import opened
from hokan_agent.sources.scan import Found, Scan

SIDECAR, INDEX = "exam.json", "index.csv"
MAX_BYTES = 16 * 2**20
JSON_ENCODINGS = {"utf-8-sig": "UTF-8"}
CSV_ENCODINGS = {**JSON_ENCODINGS, "cp932": "Shift_JIS"}
PERSON = ("name", "birth_date", "sex")
FACTS = ("examined_at", "kind", "description")

Examination = dict[str, Any]  # as docs/api.md has it


class Sidecars:
    """
    The statements found in a scan.

    Attributes:
        exceptions: Sidecars nobody can make sense of; the files they lie beside go up all the same.
    """

    def __init__(self, seen: Scan) -> None:
        self._said: dict[str, Examination] = {}
        self.exceptions: list[Exception_] = []
        for found in seen.files:
            if found.name in {SIDECAR, INDEX}:
                self._read(seen, found)

    def examination_of(self, path: str) -> Examination | None:
        """Return what was said about the file at *path*, or None."""
        while self._said:
            if path in self._said:
                return self._said[path]
            if not path:
                return None
            path = path.rpartition("/")[0]
        return None

    def _read(self, seen: Scan, found: Found) -> None:
        folder = found.path.rpartition("/")[0]
        try:
            raw = _raw(seen.place_of(found), found.size)
            said = _from_index(folder, raw) if found.name == INDEX else [(folder, _from_json(raw))]
            # exam.json lies in the folder it describes: it outranks a row from further up.
            for path, examination in said:
                if found.name == SIDECAR or path not in self._said:
                    self._said[path] = examination
        except OSError as error:
            self.exceptions.append(Exception_(found.path, "bad-sidecar", str(error.strerror)))
        except ValueError as error:
            self.exceptions.append(Exception_(found.path, "bad-sidecar", str(error)))


def _raw(place: bytes, size: int) -> bytes:
    if size > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES // 2**20} MiB")
    with opened(place) as file:
        return file.read(MAX_BYTES)


def _text(raw: bytes, encodings: dict[str, str]) -> tuple[str, str]:
    """Return *raw* as text, and the first of the encodings, which fits."""
    for encoding in encodings:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise ValueError(f"it is not in {' or '.join(encodings.values())}")


def _from_json(raw: bytes) -> Examination:
    text, _ = _text(raw, JSON_ENCODINGS)
    try:
        said = json.loads(text)
    except ValueError as error:
        raise ValueError(f"it is not JSON: {error}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(said, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - one kind of error a sidecar
    person = said.get("patient") or {}
    if not isinstance(person, dict):
        raise ValueError('"patient" is no JSON object')  # noqa: TRY004 - as above
    return _examination(said.get("id"), person.get("id"), {**person, **_facts(said)})


def _from_index(folder: str, raw: bytes) -> Iterator[tuple[str, Examination]]:
    text, encoding = _text(raw, CSV_ENCODINGS)
    rows = csv.DictReader(text.splitlines())
    missing = {"path", "examination_id"} - set(rows.fieldnames or ())
    if missing:
        raise ValueError(f"its first line lacks {', '.join(sorted(missing))}")
    for row in rows:
        try:
            facts = {**row, "name": row.get("patient_name")}
            said = _examination(row["examination_id"], row.get("patient_id"), facts)
        except ValueError as error:
            raise ValueError(f"line {rows.line_num}: {error}") from None
        for path in _paths(row["path"] or "", encoding):
            yield "/".join(each for each in (folder, path) if each), said


def _paths(path: str, encoding: str) -> set[str]:
    """Return what *path* may mean: names on the disk are in UTF-8, or in the index's encoding."""
    names = {path.encode(), path.encode(encoding).removeprefix(codecs.BOM_UTF8)}
    return {to_wire(each).strip("/") for each in names}


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said.get(name) for name in FACTS}


def _examination(identifier: Any, patient_id: Any, facts: dict[str, Any]) -> Examination:
    """Return what was said, checked as far as the service would refuse it."""
    found: Examination = {"id": _word(identifier)}
    if not found["id"]:
        raise ValueError("it has no examination id")
    found |= _words(FACTS, facts)
    if _word(patient_id):
        found["patient"] = {"id": _word(patient_id)} | _words(PERSON, facts)
    return found


def _words(names: Iterable[str], facts: dict[str, Any]) -> dict[str, str]:
    return {name: _word(facts[name]) for name in names if _word(facts.get(name))}


def _word(value: Any) -> str:
    """Return a text or a number as text; anything else is no statement."""
    return str(value).strip() if isinstance(value, str | int) else ""
