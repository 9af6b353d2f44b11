"""Cases in the portal: opening and closing them, and looking at the pictures of one."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib import buckets
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.album import films, service, shown
from chalicelib.album.model import COMPARED, PICTURES_A_PAGE, by_series
from chalicelib.album.pages import ALBUM, without_tool
from chalicelib.album.service import CLOSED, FULL
from chalicelib.album.tool import NO_TOOL, Tool
from chalicelib.charts import store as charts
from chalicelib.charts.record import State
from chalicelib.contracts.shown import local_moment
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.web.links import with_query
from chalicelib.web.pages import may_lead_to, may_show_from

CASES = f"{ALBUM}/cases"
CASE = f"{ALBUM}/{{target_id}}/{{examination_id}}"
LONGEST_NUMBER = 6  # digits

pages = PageRoutes(__name__)


@pages.on("GET", CASES, Operation.SEE_ALBUM)
def show_cases(visit: Visit) -> Response:
    """Show which cases are open, longest open first, so that some can be closed."""
    tool = service.of(visit.caller)
    count, listed = service.open_cases(visit.caller)
    return visit.page(
        "album/cases.html",
        tool=tool,
        count=count,
        cases=listed,
        local_moment=lambda written: local_moment(visit.caller.facility_id, written),
        done=visit.asked("done"),
    )


@pages.on("POST", f"{CASE}/open", Operation.OPEN_CASE)
def open_case(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Open an examination as a case, and show it."""
    tool = service.of(visit.caller)
    try:
        service.open_case(visit.caller, tool, target_id, examination_id)
    except Conflict as refused:
        return _refused(visit, tool, refused)
    return visit.redirect(CASE.format(target_id=target_id, examination_id=examination_id))


@pages.on("POST", f"{CASE}/close", Operation.OPEN_CASE)
def close_case(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Close a case, which makes room for another."""
    service.close_case(visit.caller, service.of(visit.caller), target_id, examination_id)
    return visit.redirect(with_query(CASES, done="closed"))


@pages.on("GET", CASE, Operation.SEE_ALBUM)
def show_case(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show the pictures of an open case."""
    tool, first = service.of(visit.caller), _number(visit.asked("first") or "1")
    try:
        found = service.case(visit.caller, tool, target_id, examination_id, first)
    except Conflict as refused:
        return _refused(visit, tool, refused, target_id, examination_id)
    last = first + len(found.pictures) - 1
    return _with_pictures(
        visit,
        "album/case.html",
        case=found,
        chart=_state_of_chart(target_id, examination_id),
        series=by_series(found.pictures),
        first=first,
        earlier=max(first - PICTURES_A_PAGE, 1) if first > 1 else None,
        later=last + 1 if last < found.count else None,
        choose=visit.asked("choose") == "two",
    )


@pages.on("GET", f"{CASE}/pictures/{{number}}", Operation.SEE_ALBUM)
def show_picture(visit: Visit, target_id: str, examination_id: str, number: str) -> Response:
    """Show one picture as large as the window, with the ways to the next and the last."""
    tool, wanted = service.of(visit.caller), _number(number)
    try:
        found = service.case(
            visit.caller, tool, target_id, examination_id, first=max(wanted - 1, 1)
        )
    except Conflict as refused:
        return _refused(visit, tool, refused, target_id, examination_id)
    picture = next((each for each in found.pictures if each.number == wanted), None)
    if picture is None:
        raise NotFound("there is no such picture")
    before, after = found.beside(wanted)
    answer = _with_pictures(
        visit,
        "album/picture.html",
        case=found,
        chart=_state_of_chart(target_id, examination_id),
        picture=picture,
        before=before,
        after=after,
    )
    return may_lead_to(answer, buckets.objects_origin())


@pages.on("GET", f"{CASE}/pictures/{{number}}/frames/{{frame}}", Operation.SEE_ALBUM)
def show_frame(
    visit: Visit, target_id: str, examination_id: str, number: str, frame: str
) -> Response:
    """Show one frame of a film at its own size, with the ways to the next and the last."""
    tool, wanted = service.of(visit.caller), _number(number)
    try:
        found = service.case(visit.caller, tool, target_id, examination_id, first=wanted)
    except Conflict as refused:
        return _refused(visit, tool, refused, target_id, examination_id)
    if not found.pictures:
        raise NotFound("there is no such picture")
    film = found.pictures[0]
    return _with_pictures(
        visit,
        "album/frame.html",
        case=found,
        picture=film,
        frame=films.frame_of(target_id, film, _number(frame)),
        marks=films.marks(film.frames),
    )


@pages.on("GET", f"{CASE}/compare", Operation.SEE_ALBUM)
def compare(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show the two pictures that were ticked beside each other."""
    tool = service.of(visit.caller)
    tool.target(target_id)
    numbers = sorted(_number(each) for each in _ticked(visit))
    if len(numbers) != COMPARED:
        here = CASE.format(target_id=target_id, examination_id=examination_id)
        return visit.redirect(with_query(here, choose="two", first=visit.asked("first") or "1"))
    try:
        pairs = [
            service.case(visit.caller, tool, target_id, examination_id, first=each)
            for each in numbers
        ]
    except Conflict as refused:
        return _refused(visit, tool, refused, target_id, examination_id)
    if not all(each.pictures for each in pairs):
        raise NotFound("there is no such picture")
    both = [each.pictures[0] for each in pairs]
    return _with_pictures(visit, "album/compare.html", case=pairs[0], both=both)


@pages.on("POST", f"{CASE}/pictures/{{number}}/original", Operation.SEE_ALBUM)
def download_original(visit: Visit, target_id: str, examination_id: str, number: str) -> Response:
    """Lead to the bytes as they were sent, for some minutes."""
    tool = service.of(visit.caller)
    try:
        url = service.original(visit.caller, tool, target_id, examination_id, _number(number))
    except Conflict as refused:
        return _refused(visit, tool, refused, target_id, examination_id)
    answer = visit.redirect("")
    answer.headers["Location"] = url
    return answer


# --- pieces ------------------------------------------------------------------------------------


def _with_pictures(visit: Visit, template: str, **values: Any) -> Response:
    return may_show_from(visit.page(template, **values), shown.origin())


def _state_of_chart(target_id: str, examination_id: str) -> State:
    """Return how the examination's chart stands; that the examination is read is on record."""
    return charts.record(target_id, examination_id).state


def _refused(
    visit: Visit, tool: Tool, refused: Conflict, target_id: str = "", examination_id: str = ""
) -> Response:
    """Say what stands in the way, and what can be done about it."""
    if refused.code == NO_TOOL:
        return without_tool(visit, tool, refused.status)
    return visit.page(
        "album/refused.html",
        status=refused.status,
        tool=tool,
        code=refused.code,
        facts=refused.facts,
        is_full=refused.code == FULL,
        is_closed=refused.code == CLOSED,
        target_id=target_id,
        examination_id=examination_id,
    )


def _ticked(visit: Visit) -> list[str]:
    """Return the numbers of the pictures that were ticked."""
    query: Any = visit.request.query_params or {}
    return [str(query[name]) for name in query if name.startswith("picture-")]


def _number(typed: str) -> int:
    """Return the number of a picture; raises NotFound for what is none."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER and int(typed)):
        raise NotFound("there is no such picture")
    return int(typed)
