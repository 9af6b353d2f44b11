"""The catalogue and restores over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive import service
from chalicelib.archive.model import Examination, LeftOut, Patient, Quarantined, RestoredFile
from chalicelib.archive.selecting import SCOPES
from chalicelib.archive.service import ErasedObject, SignedObject
from chalicelib.archive.store import objects, restores
from chalicelib.archive.store.batches import Batch
from chalicelib.archive.store.restores import Restore
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid
from chalicelib.web.bodies import Body, Id
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)

TARGET = "/targets/{target_id}"

# Told in the description only: the service checks these itself, with words that help.
Scope = Annotated[str, msgspec.Meta(extra_json_schema={"enum": [*SCOPES]})]
Moment = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]


class NewRestore(Body):
    target_id: Id
    scope: Scope
    agent_id: Id
    patient_key: Id | None = None
    examination_id: Id | None = None
    batch_id: Id | None = None
    as_of: Moment | None = None

    @property
    def subject(self) -> str | None:
        """Whose files, as the scope names it."""
        subjects = {
            "patient": self.patient_key,
            "examination": self.examination_id,
            "batch": self.batch_id,
        }
        return subjects.get(self.scope)


class NextPage(Body):
    cursor: str | None = None


class WantedObjects(Body):
    sha256: list[str]


class FinishedRestore(Body):
    restored: int
    failed: int


class ListedPatient(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        examinations: How many.
    """

    patient_key: str
    patient_id: str
    name: str
    birth_date: str
    sex: str
    examinations: int


class ShownExamination(Examination, frozen=True, kw_only=True):
    """An examination with its files as they are now."""

    files: list[RestoredFile]


class RestorePage(msgspec.Struct, frozen=True):
    """
    A page of a restore.

    Attributes:
        left_out: Files of a rented area that people erased or put into its bin: named only.
    """

    items: list[RestoredFile]
    left_out: list[LeftOut]
    cursor: str | None


class RestoreUrls(msgspec.Struct, frozen=True):
    """
    Where objects can be had.

    Attributes:
        erased: Those that were erased from an area since they were listed.
    """

    urls: list[SignedObject]
    erased: list[ErasedObject]


@routes.on("GET", TARGET + "/patients", Operation.SEE_CATALOGUE, paged=True)
def list_patients(caller: Caller, target_id: str, cursor: str | None) -> Page[ListedPatient]:
    """List a target's patients."""
    found, following = service.patients(caller, target_id, cursor)
    return Page([_listed(each) for each in found], following)


@routes.on("GET", TARGET + "/patients/{patient_key}/examinations", Operation.SEE_CATALOGUE)
def list_examinations_of(caller: Caller, target_id: str, patient_key: str) -> Page[Examination]:
    """List one patient's examinations."""
    return Page(service.examinations_of_patient(caller, target_id, patient_key), None)


@routes.on("GET", TARGET + "/examinations", Operation.SEE_CATALOGUE, paged=True)
def list_examinations(caller: Caller, target_id: str, cursor: str | None) -> Page[Examination]:
    """List a target's examinations."""
    return Page(*service.all_examinations(caller, target_id, cursor))


@routes.on("GET", TARGET + "/examinations/{examination_id}", Operation.SEE_CATALOGUE)
def show_examination(caller: Caller, target_id: str, examination_id: str) -> ShownExamination:
    """Show one examination with its files."""
    found, files = service.examination(caller, target_id, examination_id)
    return ShownExamination(**msgspec.structs.asdict(found), files=files)


@routes.on("GET", TARGET + "/batches", Operation.SEE_CATALOGUE, paged=True)
def list_batches(caller: Caller, target_id: str, cursor: str | None) -> Page[Batch]:
    """List a target's batches."""
    return Page(*service.batches_of(caller, target_id, cursor))


@routes.on("GET", "/quarantine", Operation.SEE_QUARANTINE, paged=True)
def list_quarantine(caller: Caller, cursor: str | None) -> Page[Quarantined]:  # noqa: ARG001
    """List objects nobody claimed or that do not match."""
    return Page(*objects.quarantined(cursor))


@routes.on(
    "POST",
    "/restores",
    Operation.GRANT_RESTORE,
    body=NewRestore,
    status=201,
    problems=(404, 409),
)
def grant_restore(caller: Caller, asked: NewRestore) -> Restore:
    """Let an agent restore."""
    return service.grant_restore(
        caller,
        asked.target_id,
        scope=asked.scope,
        subject=asked.subject,
        as_of=_moment(asked.as_of),
        agent_id=asked.agent_id,
    )


@routes.on("GET", "/restores", Operation.SEE_RESTORES)
def list_restores(caller: Caller) -> Page[Restore]:
    """List the facility's restores."""
    return Page(list(restores.of_facility(caller.facility_id)), None)


@routes.on("GET", "/agent/restores", Operation.RUN_RESTORE)
def list_open_restores(caller: Caller) -> Page[Restore]:
    """List the restores this agent may run."""
    return Page(service.open_restores(caller), None)


@routes.on(
    "POST",
    "/restores/{restore_id}/files",
    Operation.RUN_RESTORE,
    body=NextPage,
    problems=(409,),
)
def list_restore_files(caller: Caller, asked: NextPage, restore_id: str) -> RestorePage:
    """List the files of a restore, and what of an area it does not bring back."""
    page = service.restore_files(caller, restore_id, asked.cursor)
    return RestorePage(page.files, page.left_out, page.cursor)


@routes.on(
    "POST",
    "/restores/{restore_id}/urls",
    Operation.RUN_RESTORE,
    body=WantedObjects,
    problems=(409,),
)
def sign_restore_urls(caller: Caller, asked: WantedObjects, restore_id: str) -> RestoreUrls:
    """Give download URLs for objects of a restore."""
    return RestoreUrls(*service.restore_urls(caller, restore_id, asked.sha256))


@routes.on(
    "POST",
    "/restores/{restore_id}/finish",
    Operation.RUN_RESTORE,
    body=FinishedRestore,
    problems=(409,),
)
def finish_restore(caller: Caller, said: FinishedRestore, restore_id: str) -> Restore:
    """End a restore."""
    return service.finish_restore(caller, restore_id, said.restored, said.failed)


def _listed(patient: Patient) -> ListedPatient:
    return ListedPatient(
        patient_key=patient.patient_key,
        patient_id=patient.patient_id,
        name=patient.name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        examinations=len(patient.examination_ids),
    )


def _moment(written: str | None) -> datetime | None:
    try:
        return clock.parse(written) if written else None
    except ValueError:
        raise Invalid("as_of must be an RFC 3339 time such as 2026-04-01T09:00:00Z") from None
