"""What wakes the offline album up: a ZIP that somebody asked for, and wants one in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.archive.model import RestoredFile
from chalicelib.exports import events as exports
from chalicelib.exports.building import Beside
from chalicelib.exports.model import Export
from chalicelib.offline import gathering, service
from chalicelib.offline.model import Named, Wanted


def zip_wanted(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Build a ZIP, with an album if that was asked for; return the messages that failed."""
    return exports.zip_wanted(event, context, BESIDE)


def _is_ready(export: Export, files: list[RestoredFile], is_first: bool) -> bool:  # noqa: FBT001
    digests = (each.sha256 for each in files)
    return gathering.are_pictures_known(export.selection.target_id, digests, ask=is_first)


def _files(export: Export, named: dict[str, RestoredFile]) -> Iterator[Named]:
    wanted = Wanted(
        facility_id=export.facility_id,
        target_id=export.selection.target_id,
        as_of=export.selection.as_of,
        language=export.language,
    )
    return service.files(wanted, named)


BESIDE = Beside(_is_ready, _files)
