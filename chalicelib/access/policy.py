"""
The one table that decides: role x operation x condition.  What it does not list is refused.

The tenant is no row here: it comes from the session or the key, and every store is asked by it,
so another facility's things are not found rather than forbidden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum, auto
from typing import Protocol

from chalicelib.access.model import Caller, Role
from chalicelib.kernel.errors import NotAllowed, NotFound, Unauthenticated


class Operation(StrEnum):
    SEE_HEALTH = auto()
    SEE_API_DESCRIPTION = auto()
    SIGN_IN = auto()
    SIGN_OUT = auto()
    SEE_HOME = auto()
    FIND_PORTAL = auto()
    SEE_STATIC_FILES = auto()
    CHOOSE_LANGUAGE = auto()
    SET_UP_AUTHENTICATOR = auto()
    SEE_ONESELF = auto()
    MANAGE_FACILITIES = auto()
    MANAGE_PEOPLE = auto()
    ISSUE_AGENT_CODE = auto()
    ENROL_AGENT = auto()
    LIST_AGENTS = auto()
    REVOKE_AGENT = auto()
    ASK_AS_AGENT = auto()
    ADD_TARGET = auto()
    SEE_TARGETS = auto()
    SIGN_CONTRACT = auto()
    SEE_CONTRACTS = auto()
    AMEND_CONTRACT = auto()
    PAUSE_CONTRACT = auto()
    RENEW_CONTRACT = auto()
    END_CONTRACT = auto()
    ASK_PURGE = auto()
    HOLD_RECORDS = auto()
    ACCEPT_CONTRACT = auto()
    SEE_INVOICES = auto()
    MANAGE_BILLING = auto()
    MANAGE_PRICE_BOOKS = auto()
    SET_REGIONS = auto()
    SET_IDENTITY = auto()
    UPLOAD = auto()
    RUN_JOBS = auto()
    START_JOB = auto()
    SEE_JOBS = auto()
    SEE_MISSED_JOBS = auto()
    SEE_AREAS = auto()
    CHANGE_AREAS = auto()
    MANAGE_AREAS = auto()
    SEE_CATALOGUE = auto()
    READ_DICOM = auto()
    STORE_DICOM = auto()
    SEE_CHARTS = auto()
    WRITE_CHARTS = auto()
    SIGN_CHARTS = auto()
    PRINT_PATIENT_CHARTS = auto()
    SHARE_OWN_CHARTS = auto()
    OPEN_SHARED = auto()
    ISSUE_SLIPS = auto()
    SET_PATIENT_ACCESS = auto()
    SIGN_IN_BY_SLIP = auto()
    SEE_OWN_CHARTS = auto()
    RELEASE_PATIENT_CHARTS = auto()
    SEE_ALBUM = auto()
    OPEN_CASE = auto()
    SEE_CAPTURES = auto()
    PAIR_CAMERAS = auto()
    ENTER_AS_CAMERA = auto()
    SEND_CAPTURES = auto()
    SEE_QUARANTINE = auto()
    MANAGE_QUEUES = auto()
    SHARE_PATIENT = auto()
    FIND_ELSEWHERE = auto()
    SEE_LOOKS = auto()
    MERGE_PATIENTS = auto()
    GRANT_RESTORE = auto()
    SEE_RESTORES = auto()
    RUN_RESTORE = auto()
    DOWNLOAD_ZIP = auto()
    ORDER_DISCS = auto()
    SEE_DISCS = auto()
    DOWNLOAD_DISC = auto()
    SEE_DISC_PASSPHRASE = auto()
    HAND_OVER_DISCS = auto()
    FILE_INQUIRIES = auto()
    ANSWER_INQUIRIES = auto()
    SEE_INQUIRY_BOX = auto()
    MANAGE_DEPARTMENTS = auto()
    HEAR_OF_ANSWERS = auto()


class Granted(Protocol):
    """A thing that was given to one agent of one facility."""

    @property
    def agent_id(self) -> str: ...
    @property
    def facility_id(self) -> str: ...


Condition = Callable[[Caller, Granted | None], bool]


def always(caller: Caller, subject: Granted | None) -> bool:  # noqa: ARG001
    return True


def granted_to_it(caller: Caller, subject: Granted | None) -> bool:
    """Only the agent that facility staff named in the grant."""
    if subject is None:
        return True  # asked before the grant is loaded; asked again with it
    return (caller.id, caller.facility_id) == (subject.agent_id, subject.facility_id)


_everybody = dict.fromkeys(Role, always)
_staff = dict.fromkeys((Role.OPERATOR, Role.CLERK, Role.FACILITY_ADMIN, Role.DOCTOR), always)
_facility = dict.fromkeys((Role.FACILITY_ADMIN, Role.DOCTOR), always)
_admin = {Role.FACILITY_ADMIN: always}
_operator = {Role.OPERATOR: always}
_desk = dict.fromkeys((Role.CLERK, Role.OPERATOR), always)  # of their own departments only
_doctor = {Role.DOCTOR: always}
_agent = {Role.AGENT: always}
_camera = {Role.CAMERA: always}  # into one person's buffer, which their pairing says
_patient = {Role.PATIENT: always}  # what of it, their slip says

POLICY: Mapping[Operation, Mapping[Role, Condition]] = {
    Operation.SEE_HEALTH: _everybody,
    Operation.SEE_API_DESCRIPTION: _everybody,
    Operation.SIGN_IN: _everybody,
    Operation.SIGN_OUT: _staff,
    Operation.SEE_HOME: _staff,
    Operation.FIND_PORTAL: _everybody,
    Operation.SEE_STATIC_FILES: _everybody,
    Operation.CHOOSE_LANGUAGE: _everybody,
    Operation.SET_UP_AUTHENTICATOR: _staff,
    Operation.SEE_ONESELF: {**_staff, **_agent},
    Operation.MANAGE_FACILITIES: _operator,
    Operation.MANAGE_PEOPLE: {**_admin, **_operator},  # each of their own home
    Operation.ISSUE_AGENT_CODE: _admin,
    Operation.ENROL_AGENT: _everybody,  # the one-time code is the proof
    Operation.LIST_AGENTS: _admin,
    Operation.REVOKE_AGENT: _admin,
    Operation.ASK_AS_AGENT: _agent,
    Operation.ADD_TARGET: _admin,
    Operation.SEE_TARGETS: _facility,
    Operation.SIGN_CONTRACT: _admin,
    Operation.SEE_CONTRACTS: _facility,
    Operation.AMEND_CONTRACT: _admin,
    Operation.PAUSE_CONTRACT: _admin,
    Operation.RENEW_CONTRACT: _admin,
    Operation.END_CONTRACT: _admin,
    Operation.ASK_PURGE: _admin,
    Operation.HOLD_RECORDS: _operator,
    Operation.ACCEPT_CONTRACT: _operator,
    Operation.SEE_INVOICES: _admin,
    Operation.MANAGE_BILLING: _operator,
    Operation.MANAGE_PRICE_BOOKS: _operator,  # and of two of them, see billing.publishing
    Operation.SET_REGIONS: _operator,
    Operation.SET_IDENTITY: _operator,
    Operation.UPLOAD: _agent,
    Operation.RUN_JOBS: _agent,
    Operation.START_JOB: _facility,
    Operation.SEE_JOBS: _facility,
    Operation.SEE_MISSED_JOBS: _operator,
    Operation.SEE_AREAS: _facility,  # which, and what of them: see areas.rights
    Operation.CHANGE_AREAS: _facility,  # where they were given the right to write
    Operation.MANAGE_AREAS: _admin,
    Operation.SEE_CATALOGUE: _facility,
    Operation.READ_DICOM: _facility,
    Operation.STORE_DICOM: {**_admin, **_agent},
    Operation.SEE_CHARTS: _facility,
    Operation.WRITE_CHARTS: _facility,  # drafts, which say nothing until a doctor signs
    Operation.SIGN_CHARTS: _doctor,
    Operation.PRINT_PATIENT_CHARTS: _facility,
    Operation.SHARE_OWN_CHARTS: _patient,
    Operation.OPEN_SHARED: _everybody,  # the link is the proof
    Operation.ISSUE_SLIPS: _facility,
    Operation.SET_PATIENT_ACCESS: _admin,
    Operation.SIGN_IN_BY_SLIP: _everybody,  # number or link, and the code, are the proof
    Operation.SEE_OWN_CHARTS: _patient,
    Operation.RELEASE_PATIENT_CHARTS: _doctor,
    Operation.SEE_ALBUM: _facility,
    Operation.OPEN_CASE: _facility,
    Operation.SEE_CAPTURES: _facility,  # each their own
    Operation.PAIR_CAMERAS: _facility,
    Operation.ENTER_AS_CAMERA: _everybody,  # the one-time code is the proof
    Operation.SEND_CAPTURES: _camera,
    Operation.SEE_QUARANTINE: _operator,
    Operation.MANAGE_QUEUES: _operator,
    Operation.SHARE_PATIENT: _facility,
    Operation.FIND_ELSEWHERE: {Role.DOCTOR: always},
    Operation.SEE_LOOKS: _facility,
    Operation.MERGE_PATIENTS: _operator,  # on the request of those who hold the records
    Operation.GRANT_RESTORE: _facility,
    Operation.SEE_RESTORES: _facility,
    Operation.DOWNLOAD_ZIP: _facility,
    Operation.ORDER_DISCS: _admin,
    Operation.SEE_DISCS: _admin,
    Operation.DOWNLOAD_DISC: _admin,
    Operation.SEE_DISC_PASSPHRASE: _admin,  # never who burns the discs
    Operation.HAND_OVER_DISCS: _operator,  # who burns them has their images, too
    Operation.FILE_INQUIRIES: _facility,  # and read the answers to their own
    Operation.ANSWER_INQUIRIES: _desk,
    Operation.SEE_INQUIRY_BOX: _operator,  # facilities write into it and never read it
    Operation.MANAGE_DEPARTMENTS: _operator,
    Operation.HEAR_OF_ANSWERS: _agent,
    Operation.RUN_RESTORE: {Role.AGENT: granted_to_it},
}


def require(caller: Caller, operation: Operation, subject: Granted | None = None) -> None:
    """
    Let *caller* do *operation*, or refuse.

    Raises:
        Unauthenticated: Nobody signed in, and it is not for everybody.
        NotAllowed: The role may not do it at all.
        NotFound: The role may, but not with this *subject*.
    """
    condition = POLICY.get(operation, {}).get(caller.role)
    if condition is None:
        if caller.role is Role.ANONYMOUS:
            raise Unauthenticated("sign in first: this needs a session or an agent's signature")
        raise NotAllowed(f"a {caller.role} may not {operation.replace('_', ' ')}")
    if not condition(caller, subject):
        raise NotFound("there is no such thing, or it is not yours to see")
