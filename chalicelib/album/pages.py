"""
The album in the portal: examinations by month, found by patient and date; nothing here writes.

No patient's number or name stands in an address: what was typed is answered at once, and leads on
by opaque keys.
"""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.album import service, shown
from chalicelib.album.model import LOOKED_THROUGH, Asked, by_month, day_of, is_month
from chalicelib.album.tool import Tool
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query
from chalicelib.web.pages import may_show_from

ALBUM = "/portal/album"
LONGEST = 64  # characters of what is searched for

pages = PageRoutes(__name__)


@pages.on("GET", ALBUM, Operation.SEE_ALBUM)
def show_album(visit: Visit) -> Response:
    """
    Show the examinations of a target, newest first, or those of a month, day, kind or patient.

    What was typed and is no date is said to be none, and narrows nothing.
    """
    tool, asked, wrong = service.of(visit.caller), _asked(visit), _no_dates(visit)
    if tool.contract is None or not tool.targets:
        return without_tool(visit, tool)
    found = service.page(visit.caller, tool, asked)
    answer = visit.page(
        "album/album.html",
        status=422 if wrong else 200,
        tool=tool,
        asked=asked,
        wrong=wrong,
        page=found,
        bands=by_month(found.entries),
        looked_through=LOOKED_THROUGH if asked.kind else 0,
        narrowed=lambda **changes: _address(asked, found.target.target_id, **changes),
        done=visit.asked("done"),
    )
    return may_show_from(answer, shown.origin())


@pages.on("POST", f"{ALBUM}/find", Operation.SEE_ALBUM)
def find_patients(visit: Visit) -> Response:
    """Show the patients of the number or the name that was typed."""
    tool, typed = service.of(visit.caller), one_line(visit.form.get("patient", ""))[:LONGEST]
    if tool.contract is None or not tool.targets:
        return without_tool(visit, tool)
    target, patients = service.find(visit.caller, tool, visit.form.get("target", ""), typed)
    return visit.page("album/found.html", tool=tool, target=target, typed=typed, patients=patients)


def without_tool(visit: Visit, tool: Tool, status: int = 200) -> Response:
    """Say what the album is, and how a facility gets one."""
    return visit.page("album/without_tool.html", status=status, tool=tool)


def _asked(visit: Visit) -> Asked:
    month = one_line(visit.asked("month"))
    return Asked(
        target_id=visit.asked("target"),
        month=month if is_month(month) else "",
        day=day_of(one_line(visit.asked("day"))),
        kind=visit.asked("kind"),
        patient_key=visit.asked("patient"),
        cursor=visit.asked("cursor"),
    )


def _no_dates(visit: Visit) -> dict[str, str]:
    """Return what was typed for a month or a day and is none, by the name of its field."""
    typed = {name: visit.asked(name)[:LONGEST] for name in ("month", "day")}
    is_one = {"month": is_month, "day": day_of}
    return {
        name: written
        for name, written in typed.items()
        if written and not is_one[name](one_line(written))
    }


def _address(asked: Asked, target_id: str, **changes: str) -> str:
    """Return where the same part of the album is, from its beginning, with *changes*."""
    parts = {
        "month": asked.month,
        "day": asked.day,
        "kind": asked.kind,
        "patient": asked.patient_key,
    }
    told = {name: value for name, value in {**parts, **changes}.items() if value}
    return with_query(ALBUM, target=target_id, **told)
