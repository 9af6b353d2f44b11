"""A disc, from its files to its image: open or encrypted, in one go or from where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chalicelib.media import image, names, sealing, tree, words
from chalicelib.media.forward import Sink
from chalicelib.media.model import Entry, made
from chalicelib.media.planning import CAPACITY, Disc
from chalicelib.media.tree import Issue, Open, Placed

Album = Callable[[list[Placed]], Iterable[Entry]]


class DoesNotFit(Exception):
    """The image of a disc is larger than the medium; the message says by how much."""


def no_album(_: list[Placed]) -> Iterable[Entry]:
    """Return the files of no album."""
    return ()


def build(
    issue: Issue,
    disc: Disc,
    open_file: Open,
    into: Sink,
    album: Album = no_album,
    start: int = 0,
    peek: Open | None = None,
) -> int:
    """
    Write the image of *disc*; return its size.

    Args:
        open_file: Begins to read a stored file.
        album: Told where the files stand, gives those of an album.
        start: How many bytes were written before: the same arguments make the same image.
        peek: Begins to read a header, each file's once and in order; *open_file* if not given.

    Raises:
        Damaged: A file is not what it was when it was stored.
        DoesNotFit: An album is larger than was planned for.  Nothing is written.
    """
    entries = contents(issue, disc, open_file, album, peek)
    label = issue.label(disc)
    over = image.size_of(entries, label=label, at=issue.at) - CAPACITY[issue.plan.medium]
    if over > 0:
        raise DoesNotFit(f"disc {disc.number} is {over:,} bytes too large for its medium")
    return image.write(entries, into, label=label, at=issue.at, start=start)


def contents(
    issue: Issue,
    disc: Disc,
    open_file: Open,
    album: Album = no_album,
    peek: Open | None = None,
) -> list[Entry]:
    """Return all files of a disc; see :func:`build`."""
    files = tree.placed(disc, peek or open_file, is_neutral=bool(issue.phrase))
    entries = tree.entries(issue, disc, files, open_file, album(files))
    if not issue.phrase:
        return entries
    text = words.sealed(issue.name, disc, issue.plan, issue.at)
    return [made(names.README, text), sealing.sealed(entries, issue.phrase, issue.at)]
