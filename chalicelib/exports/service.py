"""Asking for a ZIP, looking how far it is, fetching it."""

from __future__ import annotations

import re

import msgspec

from chalicelib import buckets, queues
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive import selecting, trees
from chalicelib.archive.model import Selection
from chalicelib.contracts.display import has_display_tool
from chalicelib.exports import store
from chalicelib.exports.model import (
    MOST_BYTES,
    MOST_BYTES_WITH_ALBUM,
    MOST_FILES,
    OPEN,
    Export,
    Form,
    State,
    at,
)
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.settings import settings
from chalicelib.telemetry import count

NEWEST = 25  # in a list
_EXPORT_ID = re.compile(r"export-[0-9a-z]{26}")


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What the queue carries: which export, and nothing about it.

    Attributes:
        waits: How often it has waited for pictures.
    """

    facility_id: str
    export_id: str
    waits: int = 0


class Extent(msgspec.Struct, frozen=True):
    """
    How much a restore brings back.

    Attributes:
        files, size_bytes: None when there is more than can be counted while somebody waits.
        left_out: Files of an area that people erased, or put into its bin: they are named only.
    """

    files: int | None
    size_bytes: int | None
    left_out: int = 0

    def fits(self, form: Form) -> bool:
        """Whether one ZIP takes it."""
        if self.files is None or self.size_bytes is None:
            return False
        return self.files <= MOST_FILES and self.size_bytes <= most_bytes(form)


def most_bytes(form: Form) -> int:
    """Return how much one ZIP takes."""
    return MOST_BYTES_WITH_ALBUM if form is Form.ALBUM else MOST_BYTES


def new_id() -> str:
    """Return the id a form carries, so that sending it twice asks for one ZIP."""
    return ids.new_id("export", clock.now())


def extent(caller: Caller, selection: Selection) -> Extent:
    """
    Count what *selection* brings back; audited, for it tells what a patient has.

    Raises:
        NotFound: The target or what is asked of it is not the caller's.
        Conflict: There is nothing at that moment, or ``restore-too-old`` (see archive/trees.py).
    """
    trees.require(caller, selection.target_id)
    selecting.check(selection.target_id, selection.scope, selection.subject)
    audit(caller, f"check-restore-{selection.scope}", selection.subject or selection.target_id)
    try:
        found = selecting.whole(selection)
    except Conflict as refused:
        if refused.code != "restore-too-large":
            raise
        return Extent(None, None)
    if not found.files:
        raise Conflict("nothing was backed up by then", code="nothing-to-restore")
    size_bytes = sum(each.size for each in found.files)
    return Extent(len(found.files), size_bytes, len(found.left_out))


def ask(
    caller: Caller,
    export_id: str,
    selection: Selection,
    form: Form = Form.FILES,
    language: str = "",
) -> Export:
    """
    Ask for the ZIP of *selection*; the same *export_id* again is the same ZIP.

    Args:
        language: Of the pages, where it is to have an album.

    Raises:
        Invalid: No id that a form of ours carries.
        Conflict: There is nothing, or more than one ZIP takes; ``no-display-tool``: an album is
            for facilities that have one.
    """
    if not _EXPORT_ID.fullmatch(export_id):
        raise Invalid("this is no form of ours; begin again")
    found = _fitting(caller, selection, form)
    _put_on_record(caller, selection, form)
    wanted = Export(
        export_id=export_id,
        facility_id=caller.facility_id,
        made_by=caller.id,
        made_at=clock.text(clock.now()),
        selection=selection,
        files=found.files or 0,
        size_bytes=found.size_bytes or 0,
        form=form,
        language=language,
    )
    store.add(wanted)
    send(Message(caller.facility_id, export_id))
    count("ExportsAsked")
    return wanted


def _fitting(caller: Caller, selection: Selection, form: Form) -> Extent:
    """Return how much *selection* is, if a ZIP of that form takes it; see :func:`ask`."""
    if form is Form.ALBUM and not has_display_tool(caller.facility_id):
        raise Conflict("an album needs a contract for a display tool", code="no-display-tool")
    found = extent(caller, selection)
    if not found.fits(form):
        raise Conflict(
            f"a ZIP takes {MOST_FILES} files and {most_bytes(form)} bytes; choose less",
            code="zip-too-large",
        )
    return found


def _put_on_record(caller: Caller, selection: Selection, form: Form) -> None:
    subject = selection.subject or selection.target_id
    audit(caller, f"make-zip-{selection.scope}", subject)
    if form is Form.ALBUM:  # which has names and charts beside the files
        audit(caller, f"make-album-{selection.scope}", subject)


def send(message: Message, *, after_seconds: int = 0) -> None:
    """Have the export of *message* built, or looked at again."""
    body = msgspec.json.encode(message).decode()
    queues.send(settings().export_queue, body, after_seconds=after_seconds)


def export(caller: Caller, export_id: str) -> Export:
    """Return an export of what the caller may read, as it stands; raises NotFound."""
    found = store.export(caller.facility_id, export_id)
    trees.check_readable(caller, found.selection.target_id)
    return at(found, clock.now())


def newest(caller: Caller) -> list[Export]:
    """Return the newest exports the caller may read; nothing personal in them: no audit row."""
    now = clock.now()
    found = store.of_facility(caller.facility_id, NEWEST)
    readable = {
        target_id
        for target_id in {each.selection.target_id for each in found}
        if trees.is_readable(caller, target_id)
    }
    return [at(each, now) for each in found if each.selection.target_id in readable]


def download(caller: Caller, export_id: str) -> str:
    """
    Return a URL of the ZIP for some minutes; audited before release.

    Raises:
        Conflict: It is not ready, or not kept any more.
    """
    found = export(caller, export_id)
    if found.state in OPEN:
        raise Conflict("the ZIP is not ready yet", code="zip-not-ready")
    if found.state is not State.READY:
        raise Conflict("this ZIP is not there any more; ask for a new one", code="zip-gone")
    audit(caller, "download-zip", export_id, amount=found.files_done)
    if found.has_album:
        audit(caller, "download-album", export_id)
    count("ExportsDownloaded")
    return buckets.signed_download(found.key, found.file_name).url
