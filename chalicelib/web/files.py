"""
Style sheets, the script and the icon, each under a name that says its content.

Another content has another name, so browsers keep a file for a year without asking.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from chalice.app import Response

from chalicelib.kernel.errors import NotFound

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
YEAR = "public, max-age=31536000, immutable"


@cache
def address(name: str) -> str:
    """Return the path under which *name* is served, e.g. ``/static/hokan.0123456789ab.css``."""
    plain = Path(name)
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{plain.stem}.{digest}{plain.suffix}"


def answer(asked: str) -> Response:
    """Answer the file whose address ends with *asked*; raises NotFound for any other name."""
    name = _served().get(f"/static/{asked}")
    if name is None:
        raise NotFound("there is no such file")
    headers: dict[str, str | list[str]] = {
        "Content-Type": TYPES[Path(name).suffix],
        "Cache-Control": YEAR,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response((FOLDER / name).read_text(), headers)


@cache
def _served() -> dict[str, str]:
    """Every file by its address."""
    found = (each.name for each in FOLDER.iterdir() if each.suffix in TYPES)
    return {address(name): name for name in found}
