"""The picture that stands for an examination: of its first file, by path, that has one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from chalicelib.archive.store import examinations
from chalicelib.kernel.errors import NotFound
from chalicelib.pictures import store
from chalicelib.pictures.model import State

LOOKED_AT = 100  # files at once
MOST_FILES = 1_000  # looked through for one that has a picture
TRIES = 3  # when somebody else chooses at the same time


def choose(target_id: str, examination_id: str) -> None:
    """Let the cover be what it should be by the pictures there are now; safe to repeat."""
    for _ in range(TRIES):
        try:
            current = examinations.examination(target_id, examination_id).cover
        except NotFound:
            return
        chosen = _first_shown(target_id, examination_id)
        if chosen in {None, current}:
            return
        if examinations.put_cover(target_id, examination_id, str(chosen), over=current):
            return


def _first_shown(target_id: str, examination_id: str) -> str | None:
    digests = iter(islice(_by_path(target_id, examination_id), MOST_FILES))
    while some := list(islice(digests, LOOKED_AT)):
        known = store.of(target_id, some)
        for each in some:
            if each in known and known[each].state is State.MADE:
                return each
    return None


def _by_path(target_id: str, examination_id: str) -> Iterator[str]:
    parts = examinations.parts(target_id, examination_id)
    entries = sorted((each.path, each.sha256) for part in parts for each in part.entries)
    return (sha256 for _, sha256 in entries)
