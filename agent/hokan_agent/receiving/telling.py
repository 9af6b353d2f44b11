"""
N-EVENT-REPORT (DICOM PS3.4, J.3.3): a device is told what became of its images.

Either on the association it asked on, or on a new one, in which the roles are turned round.
"""
# ruff: noqa: SLF001 - pynetdicom has no public way to answer on the association one was asked on

from __future__ import annotations

import threading
import time
from io import BytesIO
from typing import Any

from pynetdicom import AE, build_role
from pynetdicom.dimse_primitives import N_EVENT_REPORT
from pynetdicom.dsutils import encode

from hokan_agent.receiving.commitment import PUSH_MODEL, PUSH_MODEL_INSTANCE
from hokan_agent.receiving.station import Address, Station

SUCCESS = 0x0000
CONNECT_SECONDS = 10.0
TICK_SECONDS = 0.002


class Checkpoint(threading.Event):
    """Where the thread that reads an association waits; tells whether it is there."""

    def __init__(self) -> None:
        super().__init__()
        self.set()
        self.is_reached = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        if self.is_set():
            return True
        self.is_reached.set()
        try:
            return super().wait(timeout)
        finally:
            self.is_reached.clear()


def make_tellable(association: Any) -> None:
    """Have an association's thread stop between two messages when the device is to be told."""
    if not isinstance(association._reactor_checkpoint, Checkpoint):
        association._reactor_checkpoint = Checkpoint()


def tell_on(association: Any, event: int, told: Any) -> bool:
    """
    Tell a device on its own, tellable association; return whether it has understood.

    pynetdicom's own call speaks while the last request is still being answered, takes whatever
    comes next for the answer, and ends the association when that was an image.
    """
    checkpoint: Checkpoint = association._reactor_checkpoint
    checkpoint.clear()
    try:
        while not checkpoint.is_reached.wait(TICK_SECONDS):
            if not association.is_alive():
                return False
        context = _context(association)
        if context is None:
            return False
        association.dimse.send_msg(_report(context, event, told), context.context_id)
        return _answered(association)
    finally:
        checkpoint.set()


def tell_at(station: Station, peer: str, address: Address, event: int, told: Any) -> bool:
    """Tell a device on a new association; return whether it has understood."""
    entity = AE(ae_title=station.title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = station.timeout
    entity.connection_timeout = CONNECT_SECONDS
    entity.add_requested_context(PUSH_MODEL)
    role = build_role(PUSH_MODEL, scp_role=True)
    association: Any = entity.associate(address.host, address.port, ae_title=peer, ext_neg=[role])
    if not association.is_established:
        return False
    try:
        status, _ = association.send_n_event_report(told, event, PUSH_MODEL, PUSH_MODEL_INSTANCE)
        return getattr(status, "Status", None) == SUCCESS
    except (RuntimeError, ValueError):  # it is gone, or takes nothing of the kind
        return False
    finally:
        association.release()


def _context(association: Any) -> Any:
    """Return the presentation context that was agreed for the answer, or None."""
    fitting = (x for x in association.accepted_contexts if x.abstract_syntax == PUSH_MODEL)
    return next(fitting, None) if association.is_established else None


def _report(context: Any, event: int, told: Any) -> N_EVENT_REPORT:
    syntax = context.transfer_syntax[0]
    encoded = encode(told, syntax.is_implicit_VR, syntax.is_little_endian, syntax.is_deflated)
    report = N_EVENT_REPORT()
    report.MessageID = 1
    report.AffectedSOPClassUID, report.AffectedSOPInstanceUID = PUSH_MODEL, PUSH_MODEL_INSTANCE
    report.EventTypeID = event
    report.EventInformation = BytesIO(encoded or b"")
    return report


def _answered(association: Any) -> bool:
    """Serve what the device asks until it answers; return whether it has understood."""
    end = time.monotonic() + association.dimse_timeout
    while time.monotonic() < end and association.is_established:
        number, message = association.dimse.get_msg(block=False)
        if isinstance(message, N_EVENT_REPORT) and message.is_valid_response:
            return bool(message.Status == SUCCESS)
        if message is not None:
            association._serve_request(message, number)
        elif association.dul.peek_next_pdu() is not None:  # it ends the association
            return False
        else:
            time.sleep(TICK_SECONDS)
    return False
