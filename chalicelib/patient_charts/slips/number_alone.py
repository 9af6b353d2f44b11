"""
Coming in by a patient's number alone, as the patent has it: off, unless a facility wants it.

It opens what the patient's newest slip opens, and nothing where there is none.  While it is off
every number is a miss like any other, with the same calls.
"""

from __future__ import annotations

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import patient_key
from chalicelib.kernel import clock
from chalicelib.patient_charts.slips import access_store, limits, signing_in
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.codes import LONGEST
from chalicelib.patient_charts.slips.model import State
from chalicelib.web.forms import one_line


def come_in(facility_id: str, number: str, address: str) -> str:
    """
    Return a session for whoever types a number, where the facility lets them.

    Raises:
        NotFound: ``no-slip``: the one answer to whatever is wrong.
    """
    now = clock.now()
    is_left = limits.count_alone(address, now)
    may = access_store.of(facility_id).is_by_number_alone
    key = patient_key(facility_id, one_line(number[:LONGEST]))
    found = slip_store.of_patient(facility_id, key)
    live = next((each for each in found if each.state(now) is State.LIVE), None)
    if live is None or not (may and is_left):
        signing_in.missed(None)
    return signing_in.entered(live.slip, action="sign-in-by-number-alone")


def switch(caller: Caller, *, is_on: bool) -> None:
    """Let patients of the caller's facility in by their number alone, or not any more; audited."""
    audit(caller, "allow-number-alone" if is_on else "forbid-number-alone", caller.facility_id)
    known = access_store.of(caller.facility_id)
    access_store.put(caller.facility_id, msgspec.structs.replace(known, is_by_number_alone=is_on))
