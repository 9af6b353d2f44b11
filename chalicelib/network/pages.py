"""
For doctors: records of a patient at other facilities, and who looked.

Network ID and birth date come in forms that are answered at once; they stand in no address.
"""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.access.local_times import local, zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.buckets import derived
from chalicelib.kernel.errors import HokanError, Invalid, NotFound, TooMany
from chalicelib.network import finding, looking, reading
from chalicelib.network.matching import Shown
from chalicelib.network.model import Pass, Reason
from chalicelib.web.pages import may_show_from

NETWORK = "/portal/network"
FOUND = NETWORK + "/found/{pass_id}"

pages = PageRoutes(__name__)


@pages.on("GET", NETWORK, Operation.FIND_ELSEWHERE)
def ask(visit: Visit) -> Response:
    """Ask for network ID and birth date."""
    return _find_page(visit)


@pages.on("POST", NETWORK + "/find", Operation.FIND_ELSEWHERE)
def find(visit: Visit) -> Response:
    """Find what other facilities may show."""
    try:
        given = finding.find(visit.caller, _shown(visit))
    except (Invalid, NotFound, TooMany) as refused:
        return _find_page(visit, refused)
    return _to_found(visit, given)


@pages.on("POST", NETWORK + "/glass", Operation.FIND_ELSEWHERE)
def break_glass(visit: Visit) -> Response:
    """Open it without consent, with a reason; everybody concerned is told."""
    form_id, words = visit.form.get("form_id", ""), visit.form.get("words", "")
    try:
        reason = finding.check_words(visit.form.get("reason", ""), words)
        given = finding.break_glass(visit.caller, _shown(visit), form_id, reason, words.strip())
    except (Invalid, NotFound, TooMany) as refused:
        return _find_page(visit, refused)
    return _to_found(visit, given)


@pages.on("GET", FOUND, Operation.FIND_ELSEWHERE)
def show_found(visit: Visit, pass_id: str) -> Response:
    """Show which examinations may be read, facility by facility."""
    return visit.page(
        "network/found.html",
        opened=reading.opened(visit.caller, pass_id),
        local=_local(visit),
    )


@pages.on("GET", FOUND + "/{record_id}", Operation.FIND_ELSEWHERE)
def show_record(visit: Visit, pass_id: str, record_id: str) -> Response:
    """Show one examination of another facility."""
    record = reading.record(visit.caller, pass_id, record_id)
    answer = visit.page(
        "network/record.html",
        record=record,
        pictures=reading.pictures_of(record),
        large=visit.asked("picture"),
        local=_local(visit),
    )
    return may_show_from(answer, derived.origin())


@pages.on("GET", NETWORK + "/looks", Operation.SEE_LOOKS)
def show_looks(visit: Visit) -> Response:
    """Show who looked at our records, or where we looked."""
    side = "us" if visit.asked("by") == "us" else "ours"
    found, cursor = looking.of_facility(visit.caller, side, visit.asked("cursor") or None)
    return visit.page(
        "network/looks.html", side=side, looks=found, cursor=cursor, local=_local(visit)
    )


# --- pieces ------------------------------------------------------------------------------------


def _shown(visit: Visit) -> Shown:
    form = visit.form
    return finding.read(visit.caller, form.get("network_id", ""), form.get("birth_date", ""))


def _find_page(visit: Visit, refused: HokanError | None = None) -> Response:
    """Ask, or ask again; of a miss it tells what was typed, and nothing else."""
    typed = visit.form if refused else {}
    return visit.page(
        "network/find.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        network_id=typed.get("network_id", "")[:40],
        birth_date=typed.get("birth_date", "")[:40],
        reason=typed.get("reason", ""),
        words=typed.get("words", "")[: finding.MOST_WORDS],
        reasons=list(Reason),
        most_words=finding.MOST_WORDS,
        form_id=typed.get("form_id", "")[:40] or finding.new_form_id(),
    )


def _to_found(visit: Visit, given: Pass) -> Response:
    return visit.redirect(FOUND.format(pass_id=given.pass_id))


def _local(visit: Visit) -> Any:
    zone = zone_for(visit.caller)
    return lambda written: local(written, zone)
