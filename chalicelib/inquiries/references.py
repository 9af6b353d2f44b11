"""What an inquiry is about: an examination of the asker's own, by ids that tell nobody's data."""

from __future__ import annotations

import msgspec

from chalicelib.access.model import Caller
from chalicelib.archive import trees
from chalicelib.archive.store import examinations
from chalicelib.inquiries import texts
from chalicelib.inquiries.model import Reference
from chalicelib.kernel.errors import NotFound


def checked(caller: Caller, reference: Reference | None) -> Reference | None:
    """
    Return a reference to what is there and the caller may read; nothing for none.

    Raises:
        NotFound: There is no such target, examination or file of it, or it is not theirs to read.
        Invalid: ``too-long``: what they tell of it.
    """
    if reference is None:
        return None
    trees.require(caller, reference.target_id)
    examinations.examination(reference.target_id, reference.examination_id)
    if reference.sha256:
        _check_file(reference)
    return msgspec.structs.replace(reference, told=texts.told(reference.told))


def _check_file(reference: Reference) -> None:
    parts = examinations.parts(reference.target_id, reference.examination_id)
    if not any(each.sha256 == reference.sha256 for part in parts for each in part.entries):
        raise NotFound("the examination has no such file")
