"""
Coming in by a slip: by the link in its QR code, or by the patient's number; and its code.

Whatever is wrong, the same calls are made in the same order and one error is raised: no such link,
no such number, another code, a slip that expired, was revoked or used up, too many tries.
"""

from __future__ import annotations

import hmac
from typing import NoReturn

from chalicelib import macs
from chalicelib.access.model import Caller, Role
from chalicelib.access.service import audit
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.patient_charts.slips import codes, limits, patient_sessions
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.model import Slip, Standing, State
from chalicelib.telemetry import count, logger

ACTION = "sign-in-by-slip"
NOBODYS = "patients-who-missed"  # an audit chain of its own: guessing holds up nobody else's
UNKNOWN = Caller(Role.ANONYMOUS, "anonymous")


def macs_of(link_id: str, patient_id: str, code: str) -> slip_store.Macs:
    """Return what proves the holder of a slip."""
    return slip_store.Macs(_link_mac(link_id, code), _code_mac(patient_id, code))


def by_link(link_id: str, code: str) -> str:
    """
    Return a session for whoever has the code of the slip that a link leads to.

    Raises:
        NotFound: ``no-slip``: the one answer to whatever is wrong.
    """
    mac = _link_mac(link_id, code)
    way = slip_store.way_by_link(link_id)
    counted = slip_store.count_try(way, clock.now())
    is_right = hmac.compare_digest(way.mac, mac)
    if counted is None or not is_right:
        missed(counted)
    return entered(counted.slip, give_back=True)


def by_number(patient_id: str, code: str, address: str) -> str:
    """
    Return a session for whoever has a patient's number and the code with it.

    Args:
        address: Where the request comes from.

    Raises:
        NotFound: ``no-slip``: the one answer to whatever is wrong.
    """
    now = clock.now()
    mac = _code_mac(patient_id, code)
    tries = limits.count(codes.read(patient_id), address, now)
    way = slip_store.way_by_code(mac)
    found = _standing(way)
    is_right = hmac.compare_digest(way.mac, mac)
    is_live = found is not None and found.state(now) is State.LIVE
    if found is None or not (is_right and is_live and tries.is_one_left):
        missed(None)
    tries.take_back()
    return entered(found.slip)


def entered(slip: Slip, *, give_back: bool = False, action: str = ACTION) -> str:
    """
    Return a session by *slip*; audited.

    Args:
        give_back: A try was counted at the slip, and was right.

    Raises:
        NotFound: ``no-slip``: it opens nothing any more.
    """
    audit(Caller(Role.PATIENT, slip.slip_id, slip.facility_id), action, slip.slip_id)
    session_id = patient_sessions.begin(slip, give_back=give_back)
    if session_id is None:
        raise _refusal()
    count("PatientsSignedIn")
    return session_id


def missed(counted: Standing | None) -> NoReturn:
    """
    Put a miss on record and refuse.

    The facility's record tells of those at its slips; what leads nowhere is nobody's, and is put on
    record as far as that goes: it releases nothing.
    """
    count("PatientSignInsMissed")
    facility_id = counted.slip.facility_id if counted else NOBODYS
    subject = counted.slip.slip_id if counted else "unknown"
    try:
        audit(UNKNOWN, ACTION, subject, facility_id=facility_id, outcome="denied")
    except Unavailable:
        logger.warning("miss not on record")
    raise _refusal()


def _refusal() -> NotFound:
    return NotFound("this opens nothing", code="no-slip")


def _standing(way: slip_store.Way) -> Standing | None:
    try:
        return slip_store.standing(way.facility_id, way.patient_key, way.slip_id)
    except NotFound:
        return None


def _link_mac(link_id: str, code: str) -> bytes:
    return macs.made("link", link_id, codes.read(code))


def _code_mac(patient_id: str, code: str) -> bytes:
    return macs.made("code", codes.read(patient_id), codes.read(code))
