"""Searches (QIDO-RS, PS3.18 10.6).  Each commits its audit row before it looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive import trees
from chalicelib.dicomweb import opening, store
from chalicelib.dicomweb.dataset import Dataset
from chalicelib.dicomweb.indexing import instances_of
from chalicelib.dicomweb.model import (
    ACCESSION,
    PATIENT_ID,
    SERIES_UID,
    SOP_UID,
    STUDY_DATE,
    STUDY_UID,
    located,
    of_series,
    shown_instance,
    text,
)
from chalicelib.dicomweb.query import ALL, Query, matches
from chalicelib.dicomweb.store import Study

MOST_LOOKED_AT = 2_000  # studies one search reads; what it asks for may stand in none of them


class Found:
    """
    A page of a search.

    Attributes:
        data_sets: What was found, as the standard has it.
        is_cut: What may also match was not looked at any more.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self.data_sets: list[Dataset] = []
        self.is_cut = False

    def take(self, found: Iterable[Dataset]) -> Found:
        """Take what is on the page asked for."""
        first = self._query.offset
        self.data_sets = list(islice(found, first, first + self._query.limit))
        return self


def studies(caller: Caller, target_id: str, query: Query, base: str) -> Found:
    """
    Return the studies of a target that match, newest first.

    Args:
        base: The address of all its studies.
    """
    trees.require(caller, target_id)
    audit(caller, "search-studies", target_id)
    found = Found(query)
    return found.take(_matching(_bounded(found, _candidates(target_id, query)), query, base))


def _matching(looked_at: Iterable[Study], query: Query, base: str) -> Iterator[Dataset]:
    for each in looked_at:
        if each.summary is not None and matches(query, each.summary.study):
            yield located(each.summary.study, f"{base}/{each.study_uid}")


def _candidates(target_id: str, query: Query) -> Iterable[Study]:
    """Return the studies that may match, newest first: by the narrowest way there is."""
    uids = [each for each in query.asked(STUDY_UID).replace("\\", ",").split(",") if each]
    if uids:
        return store.studies(target_id, uids[:MOST_LOOKED_AT])
    for tag in (PATIENT_ID, ACCESSION):
        value = query.asked(tag)
        if value and not set(value) & set("*?"):
            return store.studies_by(target_id, store.term_of(target_id, tag, value))
    date = query.asked(STUDY_DATE)
    first, dash, last = ("" if set(date) & set("*?") else date).partition("-")
    return store.newest_studies(target_id, first, last if dash else first)


def _bounded(found: Found, candidates: Iterable[Study]) -> Iterator[Study]:
    """Yield candidates as long as one search may go on; note in *found* where it ends early."""
    for number, each in enumerate(candidates):
        if number == MOST_LOOKED_AT:
            found.is_cut = True
            return
        yield each


def series(caller: Caller, target_id: str, study_uid: str, query: Query, base: str) -> Found:
    """Return the series of a study that match, in the order people look at them."""
    study = opening.study(caller, target_id, study_uid)
    rows = study.summary.series if study.summary else []
    found = ({STUDY_UID: {"vr": "UI", "Value": [study_uid]}, **each} for each in rows)
    return Found(query).take(
        located(each, f"{base}/{study_uid}/series/{text(each, SERIES_UID)}")
        for each in found
        if matches(query, each)
    )


def instances(
    caller: Caller,
    target_id: str,
    study_uid: str,
    series_uid: str | None,
    query: Query,
    base: str,
) -> Found:
    """Return the instances of a study, or of one of its series, that match."""
    study = opening.study(caller, target_id, study_uid)
    there = of_series(instances_of(study), series_uid)
    more = query.fields | {STUDY_UID, SERIES_UID}
    return Found(query).take(
        located(
            each.header if ALL in query.fields else shown_instance(each, more),
            f"{base}/{study_uid}/series/{each.series_uid}/instances/{text(each.header, SOP_UID)}",
        )
        for each in there
        if matches(query, each.header)
    )
