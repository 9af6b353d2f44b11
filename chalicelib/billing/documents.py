"""An invoice for a spreadsheet: CSV with a byte order mark, so that Excel reads it as UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from chalicelib.billing.model import Document, Line

COLUMNS = (
    *("invoice_number", "issuer", "registration_number", "recipient", "issued_on", "due_on"),
    *("target", "what", "period_start", "period_end", "points", "unit_price_yen"),
    *("amount_yen", "tax_percent"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet knows a formula


def csv_of(document: Document, lines: Iterable[Line]) -> str:
    """
    Return an invoice as CSV: a row a line, then each rate's subtotal and tax, then the total.

    Periods are half-open: the end is the first day that is not covered.
    """
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(COLUMNS)
    head = (
        *(document.number, document.issuer.name, document.issuer.registration),
        *(document.recipient, document.issued_on, document.due_on or ""),
    )
    for line in lines:
        period = (line.start_on or "", line.end_on or "")
        facts = (line.points, line.unit_price_yen, line.amount_yen, line.percent)
        table.writerow(map(_cell, (*head, line.target_name, line.kind, *period, *facts)))
    for rate in document.rates:
        for name, yen in (("subtotal", rate.subtotal_yen), ("tax", rate.tax_yen)):
            table.writerow(map(_cell, (*head, "", name, "", "", "", "", yen, rate.percent)))
    table.writerow(map(_cell, (*head, "", "total", "", "", "", "", document.total_yen, "")))
    return "\ufeff" + written.getvalue()


def _cell(value: object) -> object:
    """Return *value* so that no spreadsheet takes a name for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
