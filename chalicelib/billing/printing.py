"""An invoice in print: the document as it was issued, as PDF."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.billing.model import Document, Line
from chalicelib.kernel import clock
from chalicelib.web.printing import printed


def pdf_of(document: Document, lines: Iterable[Line], language: str) -> bytes:
    """Return an invoice as PDF, in the words of *language*; the same one always the same bytes."""
    at = clock.parse(document.issued_at)
    return printed("billing/invoice", language, at, document=document, lines=list(lines))
