"""
Opening a study: it is the caller's, and their reading of it stands in the audit log.

A viewer asks for a study's frames one by one, six at a time; that is one reading.  Its audit row is
committed before the first of them is released, and again when it goes on after READING.
"""

from __future__ import annotations

from datetime import timedelta

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive import trees
from chalicelib.dicomweb import readings, store
from chalicelib.dicomweb.indexing import instances_of
from chalicelib.dicomweb.model import Instance, of_series
from chalicelib.dicomweb.store import Study
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound

READING = timedelta(minutes=15)


def study(caller: Caller, target_id: str, study_uid: str) -> Study:
    """Return one study of a target; raises NotFound, Unavailable."""
    trees.require(caller, target_id)
    found = store.study(target_id, study_uid)
    now, study_id = clock.now(), store.study_id(target_id, study_uid)
    if not readings.is_known(caller.id, target_id, study_id, now):
        audit(caller, "read-study", study_id)
        readings.note(caller.id, target_id, study_id, now + READING)
    return found


def instances(
    caller: Caller, target_id: str, study_uid: str, series_uid: str | None = None
) -> list[Instance]:
    """Return the instances of a study, or of one of its series; raises NotFound for none."""
    opened = study(caller, target_id, study_uid)
    found = list(of_series(instances_of(opened), series_uid))
    if not found:
        raise NotFound("there is no such series in this study")
    return found


def instance(
    caller: Caller, target_id: str, study_uid: str, series_uid: str, sop_uid: str
) -> Instance:
    """Return one instance; raises NotFound."""
    for each in instances(caller, target_id, study_uid, series_uid):
        if each.sop_uid == sop_uid:
            return each
    raise NotFound("there is no such instance in this series")
