"""A released patient chart as HTML: within a page, and as one file that needs nothing else."""

from __future__ import annotations

from typing import Any

from chalice.app import Response
from markupsafe import Markup

from chalicelib.buckets import derived
from chalicelib.patient_charts import speech, styling
from chalicelib.patient_charts.composing import composed
from chalicelib.patient_charts.sheet import Sheet
from chalicelib.plain.model import Language
from chalicelib.web import pages
from chalicelib.web.pages import Reader, may_show_from


def values(sheet: Sheet) -> dict[str, Any]:
    """Return what the templates ``chart.html`` and ``page.html`` of patient charts tell of."""
    return {"page": composed(sheet), "spoken": speech.spoken}


def page_html(sheet: Sheet, reader: Reader) -> Markup:
    """Return the article about *sheet*, for a page; its own words are in the reader's language."""
    return Markup(pages.written(reader, "patient_charts/page.html", **values(sheet)))  # noqa: S704


def with_pictures(answer: Response) -> Response:
    """Let a page that shows such an article show its pictures, and the provider's logo."""
    return may_show_from(may_show_from(answer, derived.origin()), "data:")


def file_html(sheet: Sheet, language: Language) -> str:
    """
    Return one HTML file with everything in it: no script, nothing to be fetched.

    Our words are in *language*.  The same sheet is always the same bytes.
    """
    reader = Reader(language, prefix="", here="")
    style = styling.inlined()
    return pages.written(reader, "patient_charts/document.html", style=style, **values(sheet))
