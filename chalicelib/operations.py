"""What an operator can have the system do, by name.  Invoked with AWS credentials, not by HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.archive import operations as archive
from chalicelib.areas.log import prefix as log_of
from chalicelib.areas.rebuilding import rebuild_areas
from chalicelib.charts.operations import rebuild_charts
from chalicelib.charts.record import prefix as charts_of
from chalicelib.kernel.errors import HokanError
from chalicelib.patient_charts.model import prefix as patient_charts_of
from chalicelib.patient_charts.operations import rebuild_patient_charts
from chalicelib.pictures import operations as pictures
from chalicelib.uploads import operations as uploads

Command = Callable[..., dict[str, Any]]


def rebuild_catalogue(target_id: str, cursor: str | None) -> dict[str, Any]:
    """
    Rebuild a target's catalogue, a piece a call: from its manifests, then from its signed charts,
    then from the patient charts that were released of them, and last from the log of an area.

    Returns:
        ``manifests``, ``charts``, ``patient_charts`` and ``area_changes`` read by this call, and
        ``cursor`` to call again with.
    """
    counted = ("manifests", "charts", "patient_charts", "area_changes")
    told: dict[str, Any] = dict.fromkeys(counted, 0)
    at = cursor or ""
    if at.startswith(log_of(target_id)):
        return told | rebuild_areas(target_id, at)
    if not at.startswith((charts_of(target_id), patient_charts_of(target_id))):
        told |= archive.rebuild_catalogue(target_id, cursor)
        if told["cursor"]:
            return told
        at = ""
    if not at.startswith(patient_charts_of(target_id)):
        told |= rebuild_charts(target_id, at or None)
        if told["cursor"]:
            return told
        at = ""
    told |= rebuild_patient_charts(target_id, at or None)
    return told if told["cursor"] else told | rebuild_areas(target_id, None)


COMMANDS: dict[str, tuple[Command, tuple[str, ...], tuple[str, ...]]] = {
    # name: function, what it needs, what it may get
    "rebuild-catalogue": (rebuild_catalogue, ("target_id",), ("cursor",)),
    "check-usage": (archive.check_usage, ("facility_id", "target_id"), ()),
    "rebuild-derived": (pictures.rebuild_derived, ("target_id",), ("cursor",)),
    "redrive": (uploads.redrive, (), ("cursor",)),
}


def run(event: dict[str, Any]) -> dict[str, Any]:
    """Run the command *event* names; every answer has a ``cursor``, None when it is done."""
    name = str(event.get("command"))
    if name not in COMMANDS:
        return {"error": f"no command {name!r}; there are: {', '.join(COMMANDS)}", "cursor": None}
    function, needed, optional = COMMANDS[name]
    missing = [each for each in needed if not event.get(each)]
    if missing:
        return {"error": f"{name} needs {', '.join(missing)}", "cursor": None}
    arguments = {each: event[each] for each in needed} | {
        each: event.get(each) for each in optional
    }
    try:
        return function(**arguments)
    except HokanError as error:
        return {"error": str(error), "cursor": None}
