"""Which files a restore brings back: by whatever way it goes, they are found here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter

from chalicelib import buckets
from chalicelib.archive import manifest as manifests
from chalicelib.archive import publishing, trees
from chalicelib.archive.model import Entry, Found, LeftOut, Part, RestoredFile, Selection
from chalicelib.archive.store import batches, examinations
from chalicelib.archive.trees import Page
from chalicelib.kernel.errors import Conflict, Invalid

SCOPES = ("target", "patient", "examination", "batch")
PARTS_A_PAGE = 5  # at most 1,000 files a page
MOST_VERSIONS = 100_000  # of files, looked through for one whole listing: about four seconds


def check(target_id: str, scope: str, subject: str | None) -> None:
    """
    Make sure that what is asked for is there.

    Raises:
        Invalid: No such scope, or it needs an id that is missing.
        NotFound: No such patient, examination or batch in the target.
        Conflict: The batch is not finished.
    """
    match scope:
        case "target":
            return
        case "patient" if subject:
            examinations.patient(target_id, subject)
        case "examination" if subject:
            examinations.examination(target_id, subject)
        case "batch" if subject:
            if not batches.batch(target_id, subject).is_finished:
                raise Conflict("this batch is not finished yet", code="batch-not-finished")
        case "folder" if subject:
            trees.folder(target_id, subject)
        case "patient" | "examination" | "batch" | "folder":
            raise Invalid(f'scope "{scope}" needs the {scope}\'s key or id')
        case _:
            raise Invalid('scope must be "target", "patient", "examination" or "batch"')


def files(selection: Selection) -> list[RestoredFile]:
    """Return every file of *selection* once, by path; raises what :func:`whole` does."""
    return whole(selection).files


def whole(selection: Selection) -> Found:
    """
    Return every file of *selection* once, by path, and what people erased of it.

    Raises:
        Conflict: There are more than one request or function can look through.
    """
    if trees.is_area(selection.target_id):
        return _whole_area(selection)
    parts, versions = [], 0
    for part in parts_of(selection):
        versions += len(part.entries)
        _check_count(versions)
        parts.append(part)
    return Found(newest_files(parts, as_of=selection.as_of), [])


def _whole_area(selection: Selection) -> Found:
    """Return what the tree of an area held; it names things by place, not by when they came."""
    files, left_out = list[RestoredFile](), list[LeftOut]()
    cursor: str | None = ""
    while cursor is not None:
        page = page_of_area(selection, cursor)
        files += page.files
        left_out += page.left_out
        cursor = page.cursor
        _check_count(len(files) + len(left_out))
    by_path = attrgetter("path")
    return Found(sorted(files, key=by_path), sorted(left_out, key=by_path))


def page_of_area(selection: Selection, cursor: str | None) -> Page:
    """Return a page of what the tree of an area held, as far as *selection* reaches."""
    under = str(selection.subject) if selection.scope == "folder" else ""
    page = trees.page(selection.target_id, selection.as_of, cursor, under)
    if selection.scope in {"target", "folder"}:
        return page
    digests = covered(selection, set())
    return Page(
        [each for each in page.files if each.sha256 in digests],
        [each for each in page.left_out if each.sha256 in digests],
        page.cursor,
    )


def _check_count(versions: int) -> None:
    if versions > MOST_VERSIONS:
        raise Conflict(
            "too many files for one listing; let an agent restore them", code="restore-too-large"
        )


def page_of_files(selection: Selection, cursor: str | None) -> Page:
    """
    Return a page of the files, and of what people erased.

    A path may come again on a later page with a newer backup: the newest holds.
    """
    if trees.is_area(selection.target_id):
        return page_of_area(selection, cursor)
    found, following = _page_of_files(selection, cursor)
    return Page(found, [], following)


def _page_of_files(
    selection: Selection, cursor: str | None
) -> tuple[list[RestoredFile], str | None]:
    if selection.scope == "target":
        parts, following = examinations.page_of_parts(selection.target_id, cursor, PARTS_A_PAGE)
        return newest_files(parts, as_of=selection.as_of), following
    if selection.scope == "batch":
        return newest_files(parts_of(selection), as_of=selection.as_of), None
    return _files_of_one_examination(selection, cursor)


def _files_of_one_examination(
    selection: Selection, cursor: str | None
) -> tuple[list[RestoredFile], str | None]:
    """One examination a page; the cursor is the next one's id."""
    wanted = _examinations_of(selection)
    if not wanted:
        return [], None
    place = wanted.index(cursor) if cursor in wanted else 0
    parts = examinations.parts(selection.target_id, wanted[place])
    following = wanted[place + 1] if place + 1 < len(wanted) else None
    return newest_files(parts, as_of=selection.as_of), following


def covered(selection: Selection, stored: set[str]) -> set[str]:
    """Return the digests *selection* reaches; of a whole target, all that are *stored* there."""
    if selection.scope == "target":
        return stored
    if selection.scope == "folder":
        return {each.sha256 for each in files(selection)}
    return {
        entry.sha256
        for part in parts_of(selection)
        if part.completed_at <= selection.as_of
        for entry in part.entries
    }


def parts_of(selection: Selection) -> Iterator[Part]:
    """Yield what every batch added to *selection*, whenever it did."""
    if selection.scope == "target":
        return examinations.all_parts(selection.target_id)
    if selection.scope == "batch":
        return _parts_of_batch(selection.target_id, str(selection.subject))
    wanted = _examinations_of(selection)
    return chain.from_iterable(examinations.parts(selection.target_id, each) for each in wanted)


def _parts_of_batch(target_id: str, batch_id: str) -> Iterator[Part]:
    """Yield a batch's parts from its manifest: in the catalogue they are by examination."""
    batch = batches.batch(target_id, batch_id)
    key = manifests.key(target_id, str(batch.completed_at), batch_id)
    return publishing.parts(manifests.decoded(buckets.read(key)))


def _examinations_of(selection: Selection) -> list[str]:
    if selection.scope == "examination":
        return [str(selection.subject)]
    patient = examinations.patient(selection.target_id, str(selection.subject))
    listed = examinations.examinations_by_id(selection.target_id, patient.examination_ids)
    # A correction may have moved an examination to another patient.
    own = [each for each in listed if each.patient_key == selection.subject]
    return sorted(each.examination_id for each in own)


def newest_files(parts: Iterable[Part], *, as_of: str | None) -> list[RestoredFile]:
    """Return each path of *parts* once: its newest backup at *as_of* (RFC 3339 text)."""
    newest: dict[str, RestoredFile] = {}
    for part in sorted(parts, key=lambda each: (each.completed_at, each.batch_id, each.number)):
        if as_of is not None and part.completed_at > as_of:
            continue
        for entry in part.entries:
            newest[entry.path] = _restored(part, entry)
    return [newest[path] for path in sorted(newest)]


def once_each(files: Iterable[RestoredFile]) -> list[RestoredFile]:
    """Return *files* in the order of their paths; a content that came twice, once."""
    ordered = sorted(files, key=lambda each: each.path)
    return list({each.sha256: each for each in reversed(ordered)}.values())[::-1]


def _restored(part: Part, entry: Entry) -> RestoredFile:
    return RestoredFile(
        path=entry.path,
        sha256=entry.sha256,
        size=entry.size,
        examination_id=part.examination_id,
        backed_up_at=part.completed_at,
        modified_at=entry.modified_at,
        notes=entry.notes,
    )
