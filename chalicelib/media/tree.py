"""
What stands on a disc.

README.TXT, INDEX.TXT   what it is, what is on which disc
DICOMDIR, DICOM/…       DICOM files, under names that PS3.10 allows
IMAGES/…                all others
index.html, album/…     the offline album, if there is one
manifest.json           each file's own name, its place here, its digest
verify.py, SHA256SUMS   what proves it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from chalicelib.media import dicomdir, names, words
from chalicelib.media.model import Entry, File, made
from chalicelib.media.planning import Disc, Plan, Share

FORMAT = "hokan-media/1"

Open = Callable[[File], BinaryIO]


class Taken(ValueError):
    """Two files want the same place; the message names it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """
    What all discs of an export say of themselves.

    Attributes:
        name: Of the export, for people.
        at: When it was made; the time of all files.
        phrase: What opens its discs; empty if they are open.
    """

    name: str
    plan: Plan
    at: datetime
    phrase: str = ""

    def label(self, disc: Disc) -> str:
        """Return the name of a disc's volume."""
        return f"HOKAN_{disc.number:04}"


@dataclass(frozen=True, slots=True)
class Placed:
    """
    A file and where it stands.

    Attributes:
        header: What the DICOMDIR says of it; None where it is not named there.
        reason: Why a DICOM file is not named there.
    """

    file: File
    place: str
    examination: int
    header: dicomdir.Header | None = None
    reason: str = ""


def placed(disc: Disc, open_file: Open, *, is_neutral: bool = False) -> list[Placed]:
    """
    Return where each file of *disc* stands; the beginning of each is read.

    Args:
        is_neutral: Whether no place tells a file's own name.
    """
    taken: set[str] = set()
    found = []
    for share in disc.shares:
        for number, file in enumerate(share.files, start=share.first):
            one = _placed(share, number, file, open_file, is_neutral=is_neutral)
            found.append(_apart(one, taken))
    return found


def _placed(share: Share, number: int, file: File, open_file: Open, *, is_neutral: bool) -> Placed:
    file_id = names.file_id(share.number, number)
    reason = ""
    try:
        with open_file(file) as stream:
            header = dicomdir.read(stream, file_id, number)
    except dicomdir.NoRecord as error:
        header, reason = None, str(error)
    if header or reason:
        return Placed(file, file_id, share.number, header, reason)
    return Placed(
        file, names.image(share.number, number, file.path, is_neutral=is_neutral), share.number
    )


def _apart(one: Placed, taken: set[str]) -> Placed:
    """Return *one* under a name that no other has, however Windows compares them."""
    place, number = one.place, 1
    while place.casefold() in taken:
        number += 1
        place = names.another(one.place, number)
    taken.add(place.casefold())
    return Placed(one.file, place, one.examination, one.header, one.reason)


def entries(
    issue: Issue, disc: Disc, files: list[Placed], open_file: Open, album: Iterable[Entry] = ()
) -> list[Entry]:
    """
    Return all that stands on *disc*.

    Args:
        files: What placed() said.
        album: More files, under the names they have there.

    Raises:
        Taken: One of these has the name of another file.
    """
    tree, unnamed = dicomdir.Tree(), dict[str, str]()
    for each in files:
        if reason := _added(tree, each):
            unnamed[each.place] = reason
    beside = list(album)
    own = [
        *_own(issue, disc, has_album=bool(beside)),
        made(names.MANIFEST, _manifest(issue, disc, files, unnamed)),
    ]
    if any(each.header for each in files):
        own.append(made(names.DICOMDIR, tree.written("HOKAN", _seed(issue, disc, files))))
    stored = [_entry(each, open_file) for each in files]
    every = sorted([*own, *beside, *stored], key=lambda each: each.place)
    _no_two(every)
    return [*every, made(names.SUMS, sums(every))]


def _added(tree: dicomdir.Tree, one: Placed) -> str:
    """Name a file in the DICOMDIR, or return why it is not."""
    if not one.header:
        return one.reason
    try:
        tree.add(one.header)
    except dicomdir.NoRecord as error:
        return str(error)
    return ""


def _own(issue: Issue, disc: Disc, *, has_album: bool) -> Iterator[Entry]:
    text = words.readme(issue.name, disc, issue.plan, issue.at, has_album=has_album)
    yield made(names.README, text)
    yield made(names.INDEX, words.index(issue.name, disc, issue.plan))
    yield made(names.VERIFY, Path(__file__).with_name("verify.py").read_bytes())


def _entry(one: Placed, open_file: Open) -> Entry:
    return Entry(one.place, one.file.size, one.file.sha256, partial(open_file, one.file))


def _seed(issue: Issue, disc: Disc, files: list[Placed]) -> str:
    return "\n".join(
        [issue.at.isoformat(), str(disc.number), *(each.file.sha256 for each in files)]
    )


def _no_two(every: list[Entry]) -> None:
    seen: set[str] = set()
    for each in every:
        if (name := each.place.casefold()) in seen:
            raise Taken(each.place)
        seen.add(name)


def sums(every: Iterable[Entry]) -> bytes:
    """Return SHA256SUMS; no place has a character that must be escaped."""
    return "".join(f"{each.sha256}  {each.place}\n" for each in every).encode()


def _manifest(issue: Issue, disc: Disc, files: list[Placed], unnamed: dict[str, str]) -> bytes:
    told: dict[str, Any] = {
        "format": FORMAT,
        "name": issue.name,
        "made_at": issue.at.isoformat(),
        "medium": issue.plan.medium,
        "disc": disc.number,
        "discs": [_disc(each) for each in issue.plan.discs],
        "files": [_file(each, unnamed.get(each.place)) for each in files],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1)


def _disc(disc: Disc) -> dict[str, Any]:
    shares = [
        {
            "number": each.number,
            "examination_id": each.examination.examination_id,
            "title": each.examination.title,
            "files": len(each.files),
            "whole": each.is_whole,
        }
        for each in disc.shares
    ]
    return {"disc": disc.number, "files": disc.files, "bytes": disc.size, "examinations": shares}


def _file(one: Placed, unnamed: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "path": one.file.path,
        "place": one.place,
        "size": one.file.size,
        "sha256": one.file.sha256,
        "examination": one.examination,
    }
    return told | ({"not_in_dicomdir": unnamed} if unnamed else {})
