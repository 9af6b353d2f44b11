"""DICOMweb over HTTP: STOW-RS (PS3.18, chapter 10.5)."""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.dicomweb import storing
from chalicelib.dicomweb.accepting import require_one_of
from chalicelib.dicomweb.api import JSON, STUDIES, STUDY
from chalicelib.dicomweb.received import MOST_BYTES, PARTS, files_in
from chalicelib.dicomweb.reporting import report
from chalicelib.kernel.errors import TooLarge
from chalicelib.web.routes import Asked, Came, Sent

TOO_LARGE = (
    f"a request holds {MOST_BYTES} bytes at most. Send less at a time; larger files go through the"
    " agent (hokan-agent backup, or hokan-agent receive for C-STORE), or straight to storage: POST"
    " /targets/{target_id}/batches gives URLs. Both are told in docs/dicomweb.md and docs/api.md,"
    " every route at the address under described_at"
)

routes = GuardedRoutes(__name__)


@routes.sending(
    "POST",
    STUDIES,
    Operation.STORE_DICOM,
    media=(JSON,),
    takes=PARTS,
    also=(202, 409),
    problems=(406,),
)
def store_instances(caller: Caller, target_id: str, asked: Asked, came: Came) -> Sent:
    """Store DICOM files, each that can be."""
    return _stored(caller, target_id, None, asked, came)


@routes.sending(
    "POST",
    STUDY,
    Operation.STORE_DICOM,
    media=(JSON,),
    takes=PARTS,
    also=(202, 409),
    problems=(406,),
)
def store_study(caller: Caller, target_id: str, study: str, asked: Asked, came: Came) -> Sent:
    """Store DICOM files of one study, each that can be."""
    return _stored(caller, target_id, study, asked, came)


def _stored(caller: Caller, target_id: str, study: str | None, asked: Asked, came: Came) -> Sent:
    require_one_of(asked.accepts, JSON, "application/json")
    if len(came.body) > MOST_BYTES:
        described_at = f"{asked.address}/openapi.json"
        raise TooLarge(TOO_LARGE, limit_bytes=MOST_BYTES, described_at=described_at)
    base = asked.address + STUDIES.replace("{target_id}", target_id)
    outcomes = storing.store(caller, target_id, study, files_in(came.media, came.body))
    answer, status = report(outcomes, base)
    return Sent(msgspec.json.encode(answer).decode(), JSON, status=status)
