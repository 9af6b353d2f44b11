"""A released patient chart in print: tagged for screen readers, whose it is on every page."""

from __future__ import annotations

from base64 import b64decode

from chalicelib.kernel import clock
from chalicelib.patient_charts.drawing.drawn import Drawing
from chalicelib.patient_charts.page.composing import Page, composed
from chalicelib.patient_charts.page.sheet import Picture, Sheet
from chalicelib.patient_charts.provider import logos
from chalicelib.web.printing import printed

MOST_PICTURES = 4  # or it is more than a leaf of paper
FONT = "Noto Sans CJK JP"
EMBEDDED = "data:image/"


def pdf(sheet: Sheet, *, large: bool = False) -> bytes:
    """
    Return the document as PDF, in the language of its release; the same sheet, the same bytes.

    Args:
        sheet: With its pictures embedded: a PDF fetches nothing.
        large: In large print, on as many pages as that takes.
    """
    release = sheet.release
    page = composed(sheet)
    logo, pictures = _logo(page), _pictures(sheet)
    return printed(
        "patient_charts/chart",
        release.language,
        clock.parse(release.released_at),
        dict(pictures.values()) | logo | _drawing(page.drawing),
        page=page,
        picture_files={number: name for number, (name, _) in pictures.items()},
        logo=next(iter(logo), ""),
        large=large,
    )


def _logo(page: Page) -> dict[str, bytes]:
    """Return the provider's logo as a file, where it may appear in print."""
    provider = page.sheet.provider
    if not provider.logo or not page.may_show("print"):
        return {}
    kind, body = logos.file(provider.logo)
    return {f"logo.{kind}": body}


def _drawing(drawing: Drawing | None) -> dict[str, bytes]:
    """Return the drawing as a file, in the document's font."""
    if drawing is None:
        return {}
    svg = drawing.svg.replace("<svg ", f'<svg font-family="{FONT}" ', 1)
    return {"drawing.svg": svg.encode()}


def _pictures(sheet: Sheet) -> dict[int, tuple[str, bytes]]:
    """Return the first pictures that the sheet holds as files, by their numbers."""
    held = [each for each in sheet.pictures if each.address.startswith(EMBEDDED)]
    return {each.number: _file(each) for each in held[:MOST_PICTURES]}


def _file(picture: Picture) -> tuple[str, bytes]:
    """Return a picture as a file; what PDF cannot hold as it is, as JPEG."""
    from chalicelib.pictures.shrinking import jpeg  # and Pillow: only where it is used

    head, _, text = picture.address.partition(";base64,")
    kind, body = head.removeprefix(EMBEDDED), b64decode(text)
    if kind == "webp":
        kind, body = "jpg", jpeg(body)
    return f"picture-{picture.number}.{kind}", body
