"""What pages about inquiries share: moments and names, and files that come with their forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib import buckets
from chalicelib.access.local_times import zone_for
from chalicelib.access.model import Caller
from chalicelib.access.page_guard import Visit
from chalicelib.inquiries import file_store, files, shown
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.file_store import Waiting
from chalicelib.kernel import clock
from chalicelib.kernel.errors import HokanError, Invalid
from chalicelib.web.pages import may_lead_to, may_send_to
from chalicelib.web.problems import told

TICKED = "file-"  # begins the fields that name a file
ATTACHED = "attachment"  # a file that comes with the form itself


def page(visit: Visit, template: str, refused: HokanError | None = None, **values: Any) -> Response:
    """Answer a page about inquiries, which may send files and have them saved."""
    names = {each.department_id: each.name for each in departments.every(dissolved=True)}
    own = {
        **shown.reading(zone_for(visit.caller), names),
        "refused": refused.code if refused else "",
        "done": visit.asked("done"),
    }
    status = refused.status if refused else 200
    answer = visit.page(template, status=status, **{**own, **values})
    stored = buckets.objects_origin()
    return may_send_to(may_lead_to(may_send_to(answer, buckets.download_origin()), stored), stored)


def save(visit: Visit, url: str) -> Response:
    """Lead to a file's bytes."""
    answer = visit.redirect("")
    answer.headers["Location"] = url
    return answer


def announced(visit: Visit) -> Response:
    """Tell a page's script where the bytes of a file go."""
    form = visit.form
    try:
        size_bytes = _number(form.get("size_bytes", ""))
        name, sha256 = form.get("name", ""), form.get("sha256", "")
        return visit.told(files.announce(visit.caller, name, size_bytes, sha256))
    except HokanError as error:
        found = told(error)
        return visit.told({"code": found.code}, status=found.status)


def ticked(form: Mapping[str, str]) -> list[str]:
    """Return the ids of the files that are to go with a message."""
    return [file_id for name, file_id in form.items() if name.startswith(TICKED)]


def taken(visit: Visit) -> list[str]:
    """
    Return the ids of the files that are ticked, and of the one that came with the form.

    Raises:
        Invalid, Conflict: As :func:`files.take_form`.
    """
    body = visit.files.get(ATTACHED, b"")
    name = visit.file_names.get(ATTACHED, "")
    more = [files.take_form(visit.caller, name, body)] if name else []
    return [*ticked(visit.form), *more]


def waiting(caller: Caller, file_ids: list[str]) -> list[Waiting]:
    """Return those of the caller's files that wait for a message and are to go with this one."""
    if not file_ids:
        return []
    return [each for each in file_store.waiting(caller, clock.now()) if each.file_id in file_ids]


def keeps_names(form: Mapping[str, str]) -> bool:
    """Return whether the files' own names are told."""
    return form.get("keeps_names") == "yes"


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 12):
        raise Invalid("size_bytes must be a whole number", code="bad-file")
    return int(typed)
