"""
A small file that came by a form: the function itself puts its bytes where a browser would.

It is settled at once; S3's event, which comes later, finds that done.
"""

from __future__ import annotations

import hashlib

from chalicelib import buckets
from chalicelib.access.model import Caller
from chalicelib.archive.wire_paths import escaped
from chalicelib.areas import names, sending
from chalicelib.areas.model import OnTaken
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.uploads import settlement
from chalicelib.uploads.model import ChunkIn, EntryIn, Refused, Upload


def send(
    caller: Caller, target_id: str, folder_id: str, name: str, body: bytes, on_taken: OnTaken
) -> str:
    """
    Take a file in; return ``sent``, or ``settling`` while it has no place yet.

    Raises:
        Invalid: ``no-file``, ``bad-name``.
        Conflict: Why no byte of it was kept, such as ``quota-exceeded``.
    """
    if not name:
        raise Invalid("choose a file", code="no-file")
    sha256 = hashlib.sha256(body).hexdigest()
    entry = EntryIn(path=escaped(names.checked(name)), size=len(body), sha256=sha256)
    batch_id = sending.open_upload(caller, target_id)
    [answer] = sending.put_chunk(caller, target_id, batch_id, 0, ChunkIn(entries=[entry]))
    if isinstance(answer, Refused):
        raise Conflict(answer.reason, code=answer.code)
    if isinstance(answer, Upload):
        key = buckets.object_key(target_id, sha256)
        buckets.put_once(key, body, buckets.CONTENT_TYPE)
        settlement.settle(key)
    finished = sending.finish_upload(caller, target_id, batch_id, folder_id, on_taken)
    return "settling" if finished.summary.state == "settling" else "sent"
