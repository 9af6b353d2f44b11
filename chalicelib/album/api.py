"""Cases of the display tool over HTTP."""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.album import service
from chalicelib.archive.model import Examination
from chalicelib.archive.store.cases import Case

routes = GuardedRoutes(__name__)

CASE = "/targets/{target_id}/examinations/{examination_id}/case"


class ListedCase(Case, frozen=True, kw_only=True):
    """
    Attributes:
        examination: Null once it is not stored any more.
    """

    examination: Examination | None


class OpenCases(msgspec.Struct, frozen=True, kw_only=True):
    """
    All open cases of a facility; the limit bounds how many there are.

    Attributes:
        open, limit: So many are open, and so many may be; 0 without a display tool.
        cursor: Null: there is one page.
    """

    items: list[ListedCase]
    cursor: str | None = None
    open: int
    limit: int


@routes.on("GET", "/cases", Operation.SEE_ALBUM)
def list_cases(caller: Caller) -> OpenCases:
    """List the facility's open cases, longest open first."""
    counted, found = service.open_cases(caller)
    items = [
        ListedCase(**msgspec.structs.asdict(case), examination=examination)
        for case, examination in found
    ]
    return OpenCases(items=items, open=counted.open, limit=counted.limit)


@routes.on("POST", CASE, Operation.OPEN_CASE, status=201, problems=(409,))
def open_case(caller: Caller, target_id: str, examination_id: str) -> Case:
    """Open an examination as a case; one that is open stays as it is."""
    return service.open_case(caller, service.of(caller), target_id, examination_id)


@routes.on("DELETE", CASE, Operation.OPEN_CASE, status=204)
def close_case(caller: Caller, target_id: str, examination_id: str) -> None:
    """Close a case, which makes room for another."""
    service.close_case(caller, service.of(caller), target_id, examination_id)
