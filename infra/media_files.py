"""A folder's files as examinations, for discs: DICOM by its study, anything else by its folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from chalicelib.archive import dicom_header
from chalicelib.archive.facts import Facts
from chalicelib.media.model import Entry, Examination, File

START_BYTES = 64 << 10  # enough of a header to tell the patient and the study


@dataclass
class Folder:
    """The files of a folder and below, each read once."""

    root: Path
    _paths: dict[str, Path] = field(default_factory=dict)

    def open(self, file: File) -> BinaryIO:
        return self._paths[file.path].open("rb")

    def examinations(self) -> list[Examination]:
        """Return them, oldest first; those without a date come first."""
        grouped: dict[str, list[tuple[File, str]]] = {}
        for path in files_in(self.root):
            file, group, title = self._told(path)
            grouped.setdefault(group, []).append((file, title))
        found = [
            Examination(group, some[0][1], tuple(file for file, _ in some))
            for group, some in grouped.items()
        ]
        return sorted(found, key=lambda each: (each.title, each.examination_id))

    def _told(self, path: Path) -> tuple[File, str, str]:
        name = written(path.relative_to(self.root))
        self._paths[name] = path
        with path.open("rb") as stream:
            found = dicom_header.facts(stream.read(START_BYTES), path.stat().st_size)
        file = File(name, path.stat().st_size, digest(path))
        facts = found[0] if found else None
        if facts and facts.study_uid:
            return file, facts.study_uid, title(facts)
        within = name.rpartition("/")[0]
        return file, within, within


def title(facts: Facts) -> str:
    """Return what people know an examination by."""
    said = (
        facts.studied_at,
        facts.patient_id,
        facts.patient_name and facts.patient_name.alphabetic,
    )
    return "  ".join(each for each in (*said, facts.modality) if each)


def album(root: Path) -> list[Entry]:
    """Return the files of an album that lies in a folder."""
    return [_entry(root, path) for path in files_in(root)]


def _entry(root: Path, path: Path) -> Entry:
    place = written(path.relative_to(root))
    return Entry(place, path.stat().st_size, digest(path), lambda: path.open("rb"))


def files_in(root: Path) -> Iterator[Path]:
    """Yield the files in *root* and below, always in the same order; no link is followed."""
    for within, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            path = Path(within, name)
            if path.is_file() and not path.is_symlink():
                yield path


def written(path: Path) -> str:
    """Return a path with slashes; a byte that is no UTF-8 is written as an escape."""
    return path.as_posix().encode(errors="backslashreplace").decode()


def digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
