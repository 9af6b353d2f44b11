"""What a client hears of each file it sent (PS3.18, annex I): a data set, and a status."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

import msgspec

from chalicelib.archive.facts import Facts
from chalicelib.dicomweb.dataset import Dataset, Element
from chalicelib.dicomweb.model import RETRIEVE_URL
from chalicelib.dicomweb.received import Reason

REFERENCED_CLASS, REFERENCED_INSTANCE = "00081150", "00081155"
FAILURE_REASON, FAILED, STORED, OTHER_FAILURES = "00081197", "00081198", "00081199", "0008119A"


class Outcome(msgspec.Struct, frozen=True):
    """
    What became of a file.

    Attributes:
        reason: Why it was not stored; None where it was.
    """

    facts: Facts
    reason: Reason | None


def report(outcomes: list[Outcome], base: str) -> tuple[Dataset, HTTPStatus]:
    """
    Return what is answered.

    Args:
        base: The address of all the target's studies.
    """
    stored = [_stored(each.facts, base) for each in outcomes if each.reason is None]
    failed = [each for each in outcomes if each.reason is not None]
    known = [_failed(each) for each in failed if _has_name(each.facts)]
    unknown = [_reason(each) for each in failed if not _has_name(each.facts)]
    studies = {each.facts.study_uid for each in outcomes if each.reason is None}
    where = [f"{base}/{study}" for study in studies if len(studies) == 1]
    found = {
        RETRIEVE_URL: _element("UR", where),
        FAILED: _element("SQ", known),
        STORED: _element("SQ", stored),
        OTHER_FAILURES: _element("SQ", unknown),
    }
    answer = {tag: each for tag, each in found.items() if "Value" in each or tag == RETRIEVE_URL}
    return answer, _status(len(stored), len(failed))


def _status(stored: int, failed: int) -> HTTPStatus:
    """Return the status of PS3.18, table 10.5.3-1."""
    if not stored:
        return HTTPStatus.CONFLICT
    return HTTPStatus.ACCEPTED if failed else HTTPStatus.OK


def _stored(facts: Facts, base: str) -> Dataset:
    where = f"{base}/{facts.study_uid}/series/{facts.series_uid}/instances"
    url = f"{where}/{facts.sop_instance_uid}"
    return {**_named(facts), RETRIEVE_URL: _element("UR", [url])}


def _failed(each: Outcome) -> Dataset:
    return {**_named(each.facts), **_reason(each)}


def _reason(each: Outcome) -> Dataset:
    return {FAILURE_REASON: _element("US", [int(each.reason or 0)])}


def _named(facts: Facts) -> Dataset:
    return {
        REFERENCED_CLASS: _element("UI", [facts.sop_class_uid]),
        REFERENCED_INSTANCE: _element("UI", [facts.sop_instance_uid]),
    }


def _has_name(facts: Facts) -> bool:
    """Whether a file can be named by its UIDs; others are told apart by nothing."""
    return facts.sop_class_uid is not None and facts.sop_instance_uid is not None


def _element(vr: str, values: Iterable[object]) -> Element:
    found = list(values)
    return {"vr": vr, "Value": found} if found else {"vr": vr}
