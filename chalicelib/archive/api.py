"""The catalogue and restores over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive import service
from chalicelib.archive.model import Patient
from chalicelib.archive.store import objects, restores
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid
from chalicelib.web.bodies import Body, read
from chalicelib.web.routes import answer

routes = GuardedRoutes(__name__)

TARGET = "/targets/{target_id}"


class NewRestore(Body):
    target_id: str
    scope: str
    agent_id: str
    patient_key: str | None = None
    examination_id: str | None = None
    as_of: str | None = None


class NextPage(Body):
    cursor: str | None = None


class Wanted(Body):
    sha256: list[str]


class Finished(Body):
    restored: int
    failed: int


@routes.on("GET", TARGET + "/patients", Operation.SEE_CATALOGUE)
def list_patients(caller: Caller, target_id: str) -> Response:
    """List a target's patients."""
    found, cursor = service.patients(caller, target_id, _cursor())
    return _listed([_shown_patient(each) for each in found], cursor)


@routes.on("GET", TARGET + "/patients/{patient_key}/examinations", Operation.SEE_CATALOGUE)
def list_examinations_of(caller: Caller, target_id: str, patient_key: str) -> Response:
    """List one patient's examinations."""
    return _listed(service.examinations_of_patient(caller, target_id, patient_key), None)


@routes.on("GET", TARGET + "/examinations", Operation.SEE_CATALOGUE)
def list_examinations(caller: Caller, target_id: str) -> Response:
    """List a target's examinations."""
    return _listed(*service.all_examinations(caller, target_id, _cursor()))


@routes.on("GET", TARGET + "/examinations/{examination_id}", Operation.SEE_CATALOGUE)
def show_examination(caller: Caller, target_id: str, examination_id: str) -> Response:
    """Show one examination with its files."""
    found, files = service.examination(caller, target_id, examination_id)
    return answer({**msgspec.structs.asdict(found), "files": files})


@routes.on("GET", TARGET + "/batches", Operation.SEE_CATALOGUE)
def list_batches(caller: Caller, target_id: str) -> Response:
    """List a target's batches."""
    return _listed(*service.batches_of(caller, target_id, _cursor()))


@routes.on("GET", "/quarantine", Operation.SEE_QUARANTINE)
def list_quarantine(caller: Caller) -> Response:  # noqa: ARG001
    """List objects nobody claimed or that do not match."""
    return _listed(*objects.quarantined(_cursor()))


@routes.on("POST", "/restores", Operation.GRANT_RESTORE)
def grant_restore(caller: Caller) -> Response:
    """Let an agent restore."""
    asked = read(routes.request, NewRestore)
    granted = service.grant_restore(
        caller,
        asked.target_id,
        scope=asked.scope,
        patient_key=asked.patient_key,
        examination_id=asked.examination_id,
        as_of=_moment(asked.as_of),
        agent_id=asked.agent_id,
    )
    return answer(granted, 201)


@routes.on("GET", "/restores", Operation.SEE_RESTORES)
def list_restores(caller: Caller) -> Response:
    """List the facility's restores."""
    return _listed(list(restores.of_facility(caller.facility_id)), None)


@routes.on("GET", "/agent/restores", Operation.RUN_RESTORE)
def list_open_restores(caller: Caller) -> Response:
    """List the restores this agent may run."""
    return _listed(service.open_restores(caller), None)


@routes.on("POST", "/restores/{restore_id}/files", Operation.RUN_RESTORE)
def list_restore_files(caller: Caller, restore_id: str) -> Response:
    """List the files of a restore."""
    cursor = read(routes.request, NextPage).cursor
    return _listed(*service.restore_files(caller, restore_id, cursor))


@routes.on("POST", "/restores/{restore_id}/urls", Operation.RUN_RESTORE)
def sign_restore_urls(caller: Caller, restore_id: str) -> Response:
    """Give download URLs for objects of a restore."""
    wanted = read(routes.request, Wanted).sha256
    return answer({"urls": service.restore_urls(caller, restore_id, wanted)})


@routes.on("POST", "/restores/{restore_id}/finish", Operation.RUN_RESTORE)
def finish_restore(caller: Caller, restore_id: str) -> Response:
    """End a restore."""
    said = read(routes.request, Finished)
    return answer(service.finish_restore(caller, restore_id, said.restored, said.failed))


def _shown_patient(patient: Patient) -> dict[str, Any]:
    shown = msgspec.structs.asdict(patient)
    return shown | {"examinations": len(shown.pop("examination_ids"))}


def _listed(items: list[Any], cursor: str | None) -> Response:
    return answer({"items": items, "cursor": cursor})


def _cursor() -> str | None:
    parameters = routes.request.query_params
    return parameters.get("cursor") if parameters else None


def _moment(written: str | None) -> datetime | None:
    try:
        return clock.parse(written) if written else None
    except ValueError:
        raise Invalid("as_of must be an RFC 3339 time such as 2026-04-01T09:00:00Z") from None
