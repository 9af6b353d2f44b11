"""Reading charts, writing drafts of them, signing, amending.  Every read is audited first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib import buckets
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive import service as archive
from chalicelib.archive import trees
from chalicelib.archive.model import Examination, Patient
from chalicelib.archive.store import examinations
from chalicelib.charts import store
from chalicelib.charts.checking import checked
from chalicelib.charts.model import LONG, Chart
from chalicelib.charts.record import (
    FORMAT,
    Draft,
    Record,
    State,
    Version,
    chart_id,
    decoded,
    encoded,
)
from chalicelib.contracts import purge_store
from chalicelib.contracts.purge_store import Phase
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.telemetry import count


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What a chart is about.

    Attributes:
        patient: None where the examination names none.
    """

    examination: Examination
    patient: Patient | None


# --- reading -----------------------------------------------------------------------------------


def show(caller: Caller, target_id: str, examination_id: str) -> tuple[Subject, Record]:
    """Return what a chart is about and how it stands; raises NotFound."""
    found = subject(caller, target_id, examination_id)
    audit(caller, "read-chart", chart_id(target_id, examination_id))
    return found, store.record(target_id, examination_id)


def versions(caller: Caller, target_id: str, examination_id: str) -> list[Version]:
    """Return all versions of a chart, newest first."""
    subject(caller, target_id, examination_id)
    audit(caller, "list-chart-versions", chart_id(target_id, examination_id))
    return list(store.versions(target_id, examination_id))


def version(
    caller: Caller, target_id: str, examination_id: str, number: int | None
) -> tuple[Subject, Version]:
    """
    Return a version of a chart, the one that holds where *number* is None.

    Raises:
        NotFound: No such examination or version, or nobody has signed the chart yet.
    """
    found = subject(caller, target_id, examination_id)
    audit(caller, "read-chart-version", chart_id(target_id, examination_id))
    if number is not None:
        return found, store.version(target_id, examination_id, number)
    current = store.record(target_id, examination_id).current
    if current is None:
        raise NotFound("nobody has signed this chart yet")
    return found, current


def number_of(version: str) -> int:
    """Return the number of a version as it stands in a path; raises NotFound for any other text."""
    if not (version.isascii() and version.isdigit() and len(version) <= 6):
        raise NotFound("there is no such version of this chart")
    return int(version)


def of_patient(
    caller: Caller, target_id: str, patient_key: str
) -> tuple[Patient, list[tuple[Examination, Record]]]:
    """Return a patient's examinations, newest first, each with how its chart stands."""
    found = archive.examinations_of_patient(caller, target_id, patient_key)
    audit(caller, "read-charts-of-patient", patient_key, amount=len(found))
    return examinations.patient(target_id, patient_key), with_records(target_id, found)


def page_of_target(
    caller: Caller, target_id: str, cursor: str | None
) -> tuple[list[tuple[Examination, Record]], str | None]:
    """List a target's examinations, newest first, each with how its chart stands."""
    found, following = archive.all_examinations(caller, target_id, cursor)
    return with_records(target_id, found), following


def with_records(target_id: str, found: Iterable[Examination]) -> list[tuple[Examination, Record]]:
    listed = list(found)
    known = store.records(target_id, [each.examination_id for each in listed])
    return [
        (each, known.get(each.examination_id) or _nothing(target_id, each.examination_id))
        for each in listed
    ]


def subject(caller: Caller, target_id: str, examination_id: str) -> Subject:
    """Return an examination of the caller's and whose it is; who shows it writes the audit row."""
    trees.require(caller, target_id)
    found = examinations.examination(target_id, examination_id)
    key = found.patient_key
    return Subject(found, examinations.patient(target_id, key) if key else None)


# --- writing -----------------------------------------------------------------------------------


def save(
    caller: Caller, target_id: str, examination_id: str, revision: int, chart: Chart
) -> Record:
    """
    Save *chart* as the draft of an examination's chart, over the draft there is.

    Args:
        revision: Of the chart as its writer saw it.

    Raises:
        Invalid: See :func:`checked`; or it names a picture the examination does not have.
        Conflict: ``chart-changed``: somebody saved or signed it meanwhile;
            ``chart-signed``: it is signed, and nobody began to amend it.
    """
    writable(caller, target_id, examination_id)
    chart = checked(chart)
    seen = _seen(target_id, examination_id, revision)
    require_draft(seen)
    check_pictures(target_id, examination_id, chart)
    audit(caller, "save-chart", chart_id(target_id, examination_id))
    draft = a_draft(caller, chart, seen.draft.reason if seen.draft else "")
    if not store.save_drafts([(seen, draft)]):
        raise _changed(target_id, examination_id)
    count("ChartsSaved")
    return store.record(target_id, examination_id)


def amend(
    caller: Caller, target_id: str, examination_id: str, revision: int, reason: str
) -> Record:
    """
    Begin to amend a signed chart: a draft like it, which says why.

    Raises:
        Invalid: There is no reason.
        Conflict: Nobody has signed it yet, or somebody changed it meanwhile.
    """
    writable(caller, target_id, examination_id)
    if not 1 <= len(reason.strip()) <= LONG or not reason.isprintable():
        raise Invalid(f"say in 1 to {LONG} characters why the chart is amended", code="no-reason")
    seen = _seen(target_id, examination_id, revision)
    if seen.current is None:
        raise Conflict("nobody has signed this chart yet; change its draft", code="not-signed")
    audit(caller, "amend-chart", chart_id(target_id, examination_id))
    chart = seen.draft.chart if seen.draft else seen.current.chart
    if not store.save_drafts([(seen, a_draft(caller, chart, reason.strip()))]):
        raise _changed(target_id, examination_id)
    return store.record(target_id, examination_id)


def drop(caller: Caller, target_id: str, examination_id: str, revision: int) -> Record:
    """Forget the draft: what is signed holds as before.  Raises Conflict as :func:`save`."""
    writable(caller, target_id, examination_id)
    seen = _seen(target_id, examination_id, revision)
    if seen.draft is None:
        raise Conflict("there is no draft of this chart", code="no-draft")
    audit(caller, "drop-chart-draft", chart_id(target_id, examination_id))
    if not store.drop_draft(seen):
        raise _changed(target_id, examination_id)
    return store.record(target_id, examination_id)


def sign(caller: Caller, target_id: str, examination_id: str, revision: int) -> Record:
    """
    Sign the draft: from now on it is a version that nothing changes.

    What is signed is fixed in the catalogue first, then written to S3, then said to hold; a
    signing that broke off is ended by whoever comes next, with the very same content.

    Raises:
        Invalid: The draft records nothing.
        Conflict: There is no draft, or it is not the one that was seen; or an amendment has no
            reason.
    """
    writable(caller, target_id, examination_id)
    before = store.record(target_id, examination_id)
    if before.signing and before.revision == revision:
        return _ended(before.signing)
    seen = _seen(target_id, examination_id, revision)
    if seen.draft is None:
        raise Conflict("there is no draft to sign", code="no-draft")
    if seen.draft.chart.is_empty:
        raise Invalid("a chart that records nothing is not signed", code="empty-chart")
    if seen.current and not seen.draft.reason:
        raise Conflict("say first why the signed chart is amended", code="no-reason")
    audit(caller, "sign-chart", chart_id(target_id, examination_id))
    signed = Version(
        format=FORMAT,
        facility_id=caller.facility_id,
        target_id=target_id,
        examination_id=examination_id,
        number=seen.next_number,
        revision=seen.revision + 1,
        chart=seen.draft.chart,
        signed_by=caller.id,
        signed_at=clock.text(clock.now()),
        reason=seen.draft.reason,
    )
    if not store.begin_signing(seen, signed):
        raise _changed(target_id, examination_id)
    ended = _ended(signed)
    count("ChartsSigned")
    return ended


def writable(caller: Caller, target_id: str, examination_id: str) -> Subject:
    """Return what a chart that may be changed is about; raises NotFound, or Conflict."""
    found = subject(caller, target_id, examination_id)
    require_kept(caller, target_id)
    return found


def require_kept(caller: Caller, target_id: str) -> None:
    """Let pass a target that is not being deleted; raises Conflict ``target-deleted``."""
    purge = purge_store.purge(caller.facility_id, target_id)
    if purge is not None and purge.phase is not Phase.WAITING:
        raise Conflict("what this target holds is being deleted", code="target-deleted")


def a_draft(caller: Caller, chart: Chart, reason: str = "") -> Draft:
    """Return what *caller* saves now."""
    return Draft(chart=chart, saved_by=caller.id, saved_at=clock.text(clock.now()), reason=reason)


def require_draft(seen: Record) -> None:
    """Let pass a chart that may be saved over; raises Conflict."""
    if seen.state is State.SIGNED:
        raise Conflict("the chart is signed; amend it, with a reason", code="chart-signed")


# --- pieces ------------------------------------------------------------------------------------


def settled(target_id: str, examination_id: str) -> Record:
    """Return how a chart stands once a signing that broke off is ended."""
    found = store.record(target_id, examination_id)
    return _ended(found.signing) if found.signing else found


def _ended(signing: Version) -> Record:
    """End a signing: S3 first, and what S3 holds is what was signed."""
    body = encoded(signing)
    if not buckets.put_once(signing.key, body):
        kept = buckets.read(signing.key)
        if kept != body:  # the catalogue was lost, and came back older than the bucket
            store.restore(decoded(kept))
            raise _changed(signing.target_id, signing.examination_id)
    store.end_signing(signing)
    return store.record(signing.target_id, signing.examination_id)


def _seen(target_id: str, examination_id: str, revision: int) -> Record:
    """Return the chart if it is as the caller saw it; raises Conflict."""
    found = settled(target_id, examination_id)
    if found.revision != revision:
        raise _changed_as(found)
    return found


def _changed(target_id: str, examination_id: str) -> Conflict:
    return _changed_as(store.record(target_id, examination_id))


def _changed_as(found: Record) -> Conflict:
    by, at = found.last_change
    return Conflict(
        "somebody changed this chart meanwhile; look at it and do it again",
        code="chart-changed",
        revision=found.revision,
        changed_by=by,
        changed_at=at,
    )


def check_pictures(target_id: str, examination_id: str, chart: Chart) -> None:
    """Let pass a chart whose pictures are the examination's own."""
    if not chart.images:
        return
    own = {
        entry.sha256
        for part in examinations.parts(target_id, examination_id)
        for entry in part.entries
    }
    for number, image in enumerate(chart.images):
        if image.sha256 not in own:
            field = f"images[{number}].sha256"
            raise Invalid(
                f"{field}: is no file of this examination", code="wrong-chart", field=field
            )


def _nothing(target_id: str, examination_id: str) -> Record:
    return Record(target_id=target_id, examination_id=examination_id)
