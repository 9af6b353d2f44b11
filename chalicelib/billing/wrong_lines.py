"""The refusal of a file of which lines are wrong: nothing of it is taken, and each is named."""

from __future__ import annotations

from chalicelib.kernel.errors import Invalid


class LineRefused(Exception):
    """A line is wrong; the text is a code that tells why, such as ``bad-day``."""


def refusal(wrong: list[str], *, called: str, code: str) -> Invalid:
    """Return the refusal of a file for its *wrong* lines, as *called* (lines, records)."""
    return Invalid(
        f"nothing was imported; {len(wrong)} {called} are wrong: {', '.join(wrong)}",
        code=code,
        wrong=wrong,
    )
