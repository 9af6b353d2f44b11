"""What people may write: how it is kept, and what is none.  Pure."""

from __future__ import annotations

import unicodedata

from chalicelib.inquiries.model import MOST_SUBJECT, MOST_TEXT, MOST_TOLD
from chalicelib.kernel.errors import Invalid


def subject(typed: str) -> str:
    """Return a subject, on one line; raises Invalid ``no-subject`` or ``too-long``."""
    kept = " ".join(_plain(typed).split())
    if not kept:
        raise Invalid("an inquiry needs a subject", code="no-subject")
    return _fitting(kept, MOST_SUBJECT, "a subject")


def text(typed: str) -> str:
    """Return a text, its lines as they were; raises Invalid ``no-text`` or ``too-long``."""
    kept = _plain(typed).strip()
    if not kept:
        raise Invalid("write a text", code="no-text")
    return _fitting(kept, MOST_TEXT, "a text")


def told(typed: str) -> str:
    """Return what is told of an examination, on one line, or nothing; raises ``too-long``."""
    return _fitting(" ".join(_plain(typed).split()), MOST_TOLD, "what is told of an examination")


def _plain(typed: str) -> str:
    """Return *typed* with line feeds, as browsers do not send them, and nothing invisible."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or not _is_control(each))


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs"}


def _fitting(kept: str, most: int, what: str) -> str:
    if len(kept) > most:
        raise Invalid(
            f"{what} has at most {most:,} characters; this has {len(kept):,}", code="too-long"
        )
    return kept
