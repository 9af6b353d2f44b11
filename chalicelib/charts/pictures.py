"""The pictures of an examination, as pages about its chart show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.archive.model import Examination, RestoredFile
from chalicelib.archive.selecting import newest_files, once_each
from chalicelib.archive.store import examinations
from chalicelib.pictures import service
from chalicelib.pictures.model import Shown

# What a chart can link; a sidecar beside them is no picture.
NOT_PICTURES = (".json", ".csv", ".txt", ".xml")


@dataclass(frozen=True, slots=True)
class Linked:
    """
    A picture that a chart links.

    Attributes:
        name: Of its file in the examination.
        number: Of its page in the album, where the examination is open as a case.
    """

    name: str
    number: int
    shown: Shown


def names(examination: Examination) -> dict[str, str]:
    """Return the file name of each picture of the examination, by SHA-256, in order of paths."""
    return {
        each.sha256: name_of(each)
        for each in files(examination)
        if not each.path.lower().endswith(NOT_PICTURES)
    }


def linked(examination: Examination, digests: Iterable[str]) -> dict[str, Linked]:
    """
    Return those of *digests* that are the examination's own, for somebody who looks at them.

    The caller has committed the audit row.
    """
    wanted = set(digests)
    if not wanted:
        return {}
    own = [(number, each) for number, each in enumerate(files(examination), start=1)]
    asked = [(number, each) for number, each in own if each.sha256 in wanted]
    seen = service.shown(examination.target_id, [each.sha256 for _, each in asked])
    return {each.sha256: Linked(name_of(each), n, seen[each.sha256]) for n, each in asked}


def files(examination: Examination) -> list[RestoredFile]:
    """Return the examination's files, in the order the album numbers them."""
    parts = examinations.parts(examination.target_id, examination.examination_id)
    return once_each(newest_files(parts, as_of=None))


def name_of(file: RestoredFile) -> str:
    return file.path.rpartition("/")[2]
