"""
Deleting, page by page.

Phases follow each other: count, objects, manifests, charts, patient charts, areas, catalogue
(and the cases open of it), derived, certificate.
Counting keeps its sum and its place in one write, so nothing counts twice; deleting begins at what
is left, so it needs no place.  Every page is done only while no contract is in force and no hold
stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec

from chalicelib.archive.model import ObjectRow, ObjectState
from chalicelib.archive.store import cases, objects
from chalicelib.archive.store.erasing import page as catalogue_page
from chalicelib.buckets import derived
from chalicelib.buckets.erasing import erase, versions_under
from chalicelib.contracts import purge_store, purging, store
from chalicelib.contracts.purge_store import Certificate, Phase, Purge, Tally
from chalicelib.kernel import clock
from chalicelib.notices.model import Fact
from chalicelib.telemetry import count, logger

COUNTED = 250  # rows a page
A_DAY = timedelta(days=1)


def go_on(facility_id: str, target_id: str, has_time: Callable[[], bool]) -> bool:
    """
    Delete what a contract left on a target, as far as there is time.

    Returns:
        Whether more is to be done at once; otherwise it is done, or waits for its next date.
    """
    while has_time():
        found = purge_store.purge(facility_id, target_id)
        if found is None or not _may_go_on(found):
            return False
        if not STEPS[found.phase](found):
            return False
    return True


def _may_go_on(found: Purge) -> bool:
    """Whether nothing stands in the way of the next page; asked anew before each."""
    if purge_store.is_in_force(found.facility_id, found.target_id):
        return False
    if found.phase is Phase.WAITING:
        now = clock.now()
        return purging.may_begin_at(found, now) <= now
    return purge_store.hold(found.facility_id, found.target_id) is None


def _begin(found: Purge) -> bool:
    if purge_store.begin(found, clock.now()):
        count("PurgesBegun")
        logger.info("purge begun", extra=_named(found))
    return True


def _count(found: Purge) -> bool:
    rows = objects.rows_after(found.target_id, found.tally.after, COUNTED)
    if rows:
        purge_store.note_counted(found, counted(found.tally, rows))
    else:
        purge_store.enter(found, Phase.OBJECTS)
    return True


def counted(tally: Tally, rows: list[ObjectRow]) -> Tally:
    """Return *tally* and what is stored of *rows*, which follow it in order of digest."""
    stored = [each for each in rows if each.state is ObjectState.STORED]
    digest = tally.digest
    for each in stored:
        line = f"{each.sha256} {each.size_bytes}\n"
        digest = hashlib.sha256((digest + line).encode()).hexdigest()
    known = (tally.first_stored_at, tally.last_stored_at, *(each.stored_at for each in stored))
    moments = sorted(each for each in known if each)
    return Tally(
        objects=tally.objects + len(stored),
        size_bytes=tally.size_bytes + sum(each.size_bytes for each in stored),
        digest=digest,
        first_stored_at=moments[0] if moments else None,
        last_stored_at=moments[-1] if moments else None,
        after=rows[-1].sha256,
    )


def _erase_objects(found: Purge) -> bool:
    return _erase(found, f"t/{found.target_id}/", then=Phase.MANIFESTS)


def _erase_manifests(found: Purge) -> bool:
    return _erase(found, f"m/{found.target_id}/", then=Phase.CHARTS)


def _erase_charts(found: Purge) -> bool:
    return _erase(found, f"c/{found.target_id}/", then=Phase.PATIENT_CHARTS)


def _erase_patient_charts(found: Purge) -> bool:
    return _erase(found, f"p/{found.target_id}/", then=Phase.AREAS)


def _erase_areas(found: Purge) -> bool:
    return _erase(found, f"areas/{found.target_id}/", then=Phase.CATALOGUE)


def _erase(found: Purge, prefix: str, then: Phase) -> bool:
    """Delete a page of versions under *prefix*; False when some are locked until another day."""
    versions = versions_under(prefix)
    if not versions:
        purge_store.enter(found, then)
        return True
    locked = erase(versions)
    if locked:
        purge_store.look_again(found, clock.now() + A_DAY)
        count("PurgesWaitingForLocks")
        logger.warning("purge waits for locks", extra=_named(found) | {"locked": locked})
    return not locked


def _erase_catalogue(found: Purge) -> bool:
    rows = catalogue_page(found.target_id)
    if rows:
        purge_store.erase_rows(found, rows)
    else:
        _close_cases(found)
        purge_store.enter(found, Phase.DERIVED)
    return True


def _close_cases(found: Purge) -> None:
    """Close what was open of the target: after its rows, for nothing of it can be opened then."""
    for each in cases.open_ones(found.facility_id, found.target_id):
        cases.close_case(found.facility_id, each.target_id, each.examination_id)


def _erase_derived(found: Purge) -> bool:
    """Delete a page of what was made from the objects; nothing locks it."""
    if not derived.erase_page(found.target_id):
        purge_store.enter(found, Phase.CERTIFYING)
    return True


def _certify(found: Purge) -> bool:
    name = store.target(found.facility_id, found.target_id).name
    tally = msgspec.structs.asdict(found.tally)
    del tally["after"]
    written = Certificate(
        **tally,
        facility_id=found.facility_id,
        target_id=found.target_id,
        target_name=name,
        contract_id=found.contract_id,
        ended_on=found.ended_on,
        begun_at=found.begun_at or "",
        finished_at=clock.text(clock.now()),
        asked_by=found.asked_by,
        asked_at=found.asked_at,
    )
    told: dict[str, Fact] = {
        "target_name": name,
        "contract_id": found.contract_id,
        "objects": written.objects,
    }
    if purge_store.certify(found, written, told):
        count("PurgesFinished")
        logger.info("purge finished", extra=_named(found))
    return True


def _named(found: Purge) -> dict[str, str]:
    names = ("facility_id", "target_id", "contract_id")
    return {name: getattr(found, name) for name in names}


STEPS: Mapping[Phase, Callable[[Purge], bool]] = {
    Phase.WAITING: _begin,
    Phase.COUNTING: _count,
    Phase.OBJECTS: _erase_objects,
    Phase.MANIFESTS: _erase_manifests,
    Phase.CHARTS: _erase_charts,
    Phase.PATIENT_CHARTS: _erase_patient_charts,
    Phase.AREAS: _erase_areas,
    Phase.CATALOGUE: _erase_catalogue,
    Phase.DERIVED: _erase_derived,
    Phase.CERTIFYING: _certify,
}
