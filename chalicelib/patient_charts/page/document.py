"""A released patient chart as HTML: within a page, and as one file that needs nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalice.app import Response
from markupsafe import Markup

from chalicelib.buckets import derived
from chalicelib.patient_charts.page import speech, styling
from chalicelib.patient_charts.page.composing import composed
from chalicelib.patient_charts.page.sheet import Sheet
from chalicelib.plain.model import Language
from chalicelib.web import pages
from chalicelib.web.pages import Reader, may_show_from

NOBODY = Reader("en", prefix="", here="")  # the article leads nowhere, whoever reads it


def values(sheet: Sheet) -> dict[str, Any]:
    """Return what a page takes that includes ``patient_charts/page.html``."""
    return {"page": composed(sheet), "article": page_html(sheet, NOBODY)}


def page_html(sheet: Sheet, reader: Reader) -> Markup:
    """
    Return the article about *sheet*, to stand in a page of *reader*'s.

    Its own words are in the language of what was released, whatever the page around it is in.
    """
    told = replace(reader, language=sheet.release.language)
    page = {"page": composed(sheet), "spoken": speech.spoken}
    return Markup(pages.written(told, "patient_charts/article.html", **page))  # noqa: S704


def with_pictures(answer: Response) -> Response:
    """Let a page that shows such an article show its pictures, and the provider's logo."""
    return may_show_from(may_show_from(answer, derived.origin()), "data:")


def file_html(sheet: Sheet, language: Language) -> str:
    """
    Return one HTML file with everything in it: no script, nothing to be fetched.

    Its title is in *language*.  The same sheet is always the same bytes.
    """
    reader = Reader(language, prefix="", here="")
    style = styling.inlined()
    return pages.written(reader, "patient_charts/document.html", style=style, **values(sheet))
