"""What somebody typed to ask, as they typed it.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from chalicelib.inquiries.asking.drafting import Wanted
from chalicelib.inquiries.model import Delivery, Reference


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        target, examination, sha256: What it refers to; empty for nothing.
        told: Of that, in words.
        keeps_names: "yes", or not.
    """

    inquiry_id: str = ""
    kind: str = ""
    subject: str = ""
    text: str = ""
    delivery: str = Delivery.PICK_UP
    target: str = ""
    examination: str = ""
    sha256: str = ""
    told: str = ""
    keeps_names: str = ""


def typed(form: Mapping[str, str]) -> Typed:
    """Read the form."""
    return Typed(**{name: form[name] for name in Typed.__struct_fields__ if name in form})


def wanted(typed: Typed, file_ids: Sequence[str]) -> Wanted:
    """Return what it asks for."""
    return Wanted(
        kind=typed.kind,
        subject=typed.subject,
        text=typed.text,
        delivery=typed.delivery,
        reference=reference(typed),
        file_ids=file_ids,
        keeps_names=typed.keeps_names == "yes",
    )


def reference(typed: Typed) -> Reference | None:
    """Return what it refers to."""
    if not typed.examination:
        return None
    return Reference(
        target_id=typed.target,
        examination_id=typed.examination,
        sha256=typed.sha256,
        told=typed.told,
    )
