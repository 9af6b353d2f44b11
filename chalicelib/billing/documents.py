"""An invoice for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.billing.model import Document, Line
from chalicelib.web import spreadsheets

COLUMNS = (
    *("invoice_number", "issuer", "registration_number", "recipient", "issued_on", "due_on"),
    *("target", "what", "period_start", "period_end", "points", "unit_price_yen"),
    *("amount_yen", "tax_percent"),
)


def csv_of(document: Document, lines: Iterable[Line]) -> str:
    """
    Return an invoice as CSV: a row a line, then each rate's subtotal and tax, then the total.

    Periods are half-open: the end is the first day that is not covered.
    """
    return spreadsheets.written(COLUMNS, _rows(document, lines))


def _rows(document: Document, lines: Iterable[Line]) -> Iterator[tuple[object, ...]]:
    head = (
        *(document.number, document.issuer.name, document.issuer.registration),
        *(document.recipient, document.issued_on, document.due_on or ""),
    )
    for line in lines:
        period = (line.start_on or "", line.end_on or "")
        facts = (line.points, line.unit_price_yen, line.amount_yen, line.percent)
        yield (*head, line.target_name, line.kind, *period, *facts)
    for rate in document.rates:
        for name, yen in (("subtotal", rate.subtotal_yen), ("tax", rate.tax_yen)):
            yield (*head, "", name, "", "", "", "", yen, rate.percent)
    yield (*head, "", "total", "", "", "", "", document.total_yen, "")
