"""What people type: that it is there, and not too long.  Rules only."""

from __future__ import annotations

from chalicelib.inquiries.model import MOST_TEXT
from chalicelib.kernel.errors import Invalid


def text(typed: str) -> str:
    """Return what somebody wrote; raises Invalid ``no-text`` or ``too-long``."""
    written = typed.replace("\r\n", "\n").strip()
    if not written:
        raise Invalid("write what you have to say", code="no-text")
    if len(written) > MOST_TEXT:
        raise Invalid(f"write at most {MOST_TEXT} characters", code="too-long")
    return written
