"""What an order's discs hold: found in the catalogue once, as of a moment, and planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.archive import selecting, trees, wire_paths
from chalicelib.archive.model import Examination as Known
from chalicelib.archive.model import Patient, RestoredFile, Selection
from chalicelib.archive.store import examinations
from chalicelib.discs.model import MOST_DISCS, Extent, Offer, Runs
from chalicelib.kernel.errors import Conflict
from chalicelib.media import planning
from chalicelib.media.model import Examination, File
from chalicelib.media.planning import FileTooLarge, Medium, Plan
from chalicelib.pictures import store as pictures

Group = tuple[str, str, list[RestoredFile]]  # an id, what people know it by, its files

# docs/adr/0039: what a function gets through.
MOST_SEALED_BYTES = 8 * 10**9  # of one disc: its encryption begins anew with each run
MOST_BYTES = 250 * 10**9  # of an order: some hours, one run after the other
A_PAGE = 256 << 10  # of an album: an examination, its patient, a chart or two
A_PICTURE = 300 << 10  # where nobody has made it yet


def files(selection: Selection) -> list[RestoredFile]:
    """
    Return what an order holds: of an area, what its tree held at the moment of the order.

    Raises:
        Conflict: ``nothing-to-restore``, ``restore-too-large``, or ``restore-too-old``: more of an
            area was changed since than can be gone back.
    """
    found = selecting.files(selection)
    if not found:
        raise Conflict("nothing was backed up by then", code="nothing-to-restore")
    return found


def holds_anything(selection: Selection) -> bool:
    """Whether there is a file to be ordered; it is found without counting all of them."""
    cursor: str | None = None
    while True:
        try:
            page = selecting.page_of_files(selection, cursor)
        except Conflict:
            return True  # so much has changed since that it cannot be told
        if page.files or page.cursor is None:
            return bool(page.files)
        cursor = page.cursor


def chosen(selection: Selection, *, has_album: bool) -> list[Examination]:
    """
    Return the examinations of an order, oldest first; of an area, its folders by name.

    Raises what :func:`files` does.
    """
    target_id, found = selection.target_id, files(selection)
    groups = _folders(found) if trees.is_area(target_id) else _examinations(target_id, found)
    return [
        Examination(
            examination_id=group_id,
            title=title,
            files=tuple(File(wire_paths.plain(one.path), one.size, one.sha256) for one in some),
            beside=_album_bytes(target_id, some) if has_album else 0,
        )
        for group_id, title, some in groups
    ]


def _folders(found: list[RestoredFile]) -> Iterator[Group]:
    """Yield the folders of an area that files are in, and their paths as people see them."""
    grouped: dict[str, list[RestoredFile]] = {}
    for each in found:
        grouped.setdefault(each.path.rpartition("/")[0], []).append(each)
    for path in sorted(grouped):
        folder = "/" + wire_paths.plain(path)
        yield folder, folder, grouped[path]


def _examinations(target_id: str, found: list[RestoredFile]) -> Iterator[Group]:
    grouped: dict[str, list[RestoredFile]] = {}
    for each in found:
        grouped.setdefault(each.examination_id, []).append(each)
    known = {
        each.examination_id: each
        for each in examinations.examinations_by_id(target_id, list(grouped))
    }
    keys = dict.fromkeys(each.patient_key for each in known.values() if each.patient_key)
    people = {each.patient_key: each for each in examinations.patients_by_key(target_id, keys)}
    ordered = sorted(
        grouped, key=lambda each: (known[each].examined_at if each in known else "", each)
    )
    for identifier in ordered:
        yield identifier, _title(known.get(identifier), people), grouped[identifier]


def planned(wanted: Iterable[Examination], medium: Medium) -> Plan:
    """
    Return the discs of an order.

    Raises:
        Conflict: ``file-too-large`` for this kind of disc, ``too-many-discs``.
    """
    try:
        plan = planning.plan(wanted, medium)
    except FileTooLarge as error:
        raise Conflict("a file is larger than a disc", code="file-too-large") from error
    if len(plan.discs) > MOST_DISCS:
        raise Conflict(f"more than {MOST_DISCS} discs; take larger ones", code="too-many-discs")
    return plan


def extent(plan: Plan, *, encrypted: bool) -> Extent:
    """Return how much *plan* is, and where it can be built."""
    size_bytes = sum(each.size for each in plan.discs)
    is_sealed_long = encrypted and any(each.size > MOST_SEALED_BYTES for each in plan.discs)
    is_large = is_sealed_long or size_bytes > MOST_BYTES
    return Extent(
        files=sum(each.files for each in plan.discs),
        size_bytes=size_bytes,
        discs=len(plan.discs),
        runs_on=Runs.BATCH if is_large else Runs.LAMBDA,
    )


def offer(wanted: Iterable[Examination], medium: Medium, *, encrypted: bool) -> Offer:
    """Return what an order would be on one kind of disc."""
    try:
        return Offer(medium, extent(planned(wanted, medium), encrypted=encrypted))
    except Conflict as refused:
        return Offer(medium, None, refused.code)


def _title(known: Known | None, people: dict[str, Patient]) -> str:
    if known is None:
        return ""
    patient = people.get(known.patient_key or "")
    names = (patient.patient_id, patient.name) if patient else ()
    told = (known.examined_at[:10], *names, known.kind, known.description)
    return "  ".join(each for each in told if each)


def _album_bytes(target_id: str, some: list[RestoredFile]) -> int:
    """Return what an album takes for the files of an examination, rather too much."""
    known = pictures.of(target_id, dict.fromkeys(each.sha256 for each in some))
    sizes = [
        known[each.sha256].sizes.values() if each.sha256 in known else (A_PICTURE,) for each in some
    ]
    around = planning.AROUND_A_FILE + planning.SECTOR
    return A_PAGE + sum(one + around for each in sizes for one in each) + around * len(some)
