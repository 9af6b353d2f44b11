"""Birth dates as people type them from a card or an insurance certificate, eras included."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from chalicelib.kernel.errors import Invalid

ERAS = {  # the year before an era's first
    "M": 1867,
    "T": 1911,
    "S": 1925,
    "H": 1988,
    "R": 2018,
}
_NAMES = {"明治": "M", "大正": "T", "昭和": "S", "平成": "H", "令和": "R"}
_PARTS = re.compile(
    r"([MTSHR]?)\s*(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII
)
_DIGITS = re.compile(r"()(\d{4})(\d{2})(\d{2})", re.ASCII)


def read(typed: str, today: date) -> date:
    """
    Read a birth date.

    Raises:
        Invalid: ``bad-birth-date``: it is no date, or lies ahead.

    >>> today = date(2026, 4, 1)
    >>> {str(read(each, today)) for each in ("1950-1-31", "１９５０年１月３１日", "S25.1.31")}
    {'1950-01-31'}
    >>> {str(read(each, today)) for each in ("20190501", "令和元年5月1日")}
    {'2019-05-01'}
    """
    plain = _plain(typed)
    found = _PARTS.fullmatch(plain) or _DIGITS.fullmatch(plain)
    born = _date(*found.groups()) if found else None
    if born is None or born > today:
        raise Invalid("type the birth date as year-month-day", code="bad-birth-date")
    return born


def _plain(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed).strip().upper().replace("元年", "1年")
    for name, letter in _NAMES.items():
        plain = plain.replace(name, letter)
    return plain


def _date(era: str, year: str, month: str, day: str) -> date | None:
    """Return the date, or None; a year of less than four digits needs its era."""
    if bool(era) == (len(year) == 4):
        return None
    try:
        return date(ERAS.get(era, 0) + int(year), int(month), int(day))
    except ValueError:
        return None
