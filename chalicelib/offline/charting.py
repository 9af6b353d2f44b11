"""The charts of an album: what was signed by its moment, each version a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.charts import documents
from chalicelib.charts import store as charts
from chalicelib.charts.record import Record, Version
from chalicelib.charts.service import Subject
from chalicelib.offline import names
from chalicelib.offline.model import Leaf, Named, SignedChart, Wanted


def signed(wanted: Wanted, leaves: Iterable[Leaf]) -> Iterator[tuple[Leaf, list[Version]]]:
    """Yield each of *leaves*, a hundred at most, with the versions of its chart, newest first."""
    listed = list(leaves)
    ids = [each.examination.examination_id for each in listed]
    records = charts.records(wanted.target_id, ids)
    for leaf, examination_id in zip(listed, ids, strict=True):
        yield leaf, _versions(wanted, records.get(examination_id))


def _versions(wanted: Wanted, record: Record | None) -> list[Version]:
    """Return the versions; a draft, and a signing that has only begun, are none."""
    if record is None or record.current is None:
        return []
    all_of_them: Iterable[Version] = [record.current]
    if record.current.number > 1:
        all_of_them = charts.versions(wanted.target_id, record.examination_id)
    return [each for each in all_of_them if each.signed_at <= wanted.as_of]


def told(version: Version) -> SignedChart:
    """Return what the page of an examination says of a version."""
    at = documents.local(version.facility_id, version.signed_at)
    return SignedChart(version.number, at, version.reason)


def page(wanted: Wanted, leaf: Leaf, version: Version) -> Named:
    """Return a version as a page that needs nothing else."""
    subject = Subject(leaf.examination, leaf.patient)
    written = documents.html(subject, version, wanted.language)
    return names.chart(leaf.number, version.number), written.encode()
