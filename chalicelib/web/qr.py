"""QR codes, drawn into the page itself: SVG, black on white whatever the page's colours."""

from __future__ import annotations

from typing import Any


def drawn(text: str) -> Any:
    """Return *text* as a QR code; a seventh of it may be dirty (level M or better)."""
    import segno
    from markupsafe import Markup

    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(scale=5, border=3, dark="#000", light="#fff", omitsize=False)
    return Markup(drawn)  # noqa: S704 - drawn by segno; the text is dots in it
