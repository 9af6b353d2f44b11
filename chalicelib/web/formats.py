"""How figures, sizes and moments are written for a reader of either language."""

from __future__ import annotations

import re
from datetime import date, datetime

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_JAPANESE = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]")


def number(count: int) -> str:
    """
    Write a number with its thousands apart.

    >>> number(1234567)
    '1,234,567'
    """
    return f"{count:,}"


def size(count: int) -> str:
    """
    Write bytes with three digits that matter and a decimal unit, rounded down.

    >>> size(0), size(999), size(41_260_000_000), size(99_999), size(10**12)
    ('0 B', '999 B', '41.2 GB', '99.9 kB', '1.00 TB')
    """
    power = min((len(str(count)) - 1) // 3, len(UNITS) - 1)
    if power == 0:
        return f"{count} B"
    whole, rest = divmod(count, 1000**power)
    digits = max(3 - len(str(whole)), 0)
    fraction = f"{rest:0{3 * power}}"[:digits]
    return f"{whole}.{fraction} {UNITS[power]}" if digits else f"{whole} {UNITS[power]}"


def day(on: date, language: str) -> str:
    """
    Write a local date.

    >>> day(date(2026, 4, 1), "ja"), day(date(2026, 4, 1), "en")
    ('2026年4月1日', '1 Apr 2026')
    """
    if language == "ja":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def month(written: str, language: str) -> str:
    """
    Write a month that was written as YYYY-MM.

    >>> month("2026-04", "ja"), month("2026-04", "en")
    ('2026年4月', 'Apr 2026')
    """
    year, number = written[:4], int(written[5:7])
    return f"{year}年{number}月" if language == "ja" else f"{MONTHS[number - 1]} {year}"


def moment(at: datetime, language: str) -> str:
    """
    Write a local moment.

    >>> moment(datetime(2026, 4, 1, 2, 7), "ja"), moment(datetime(2026, 4, 1, 2, 7), "en")
    ('2026年4月1日 02:07', '1 Apr 2026, 02:07')
    """
    separator = " " if language == "ja" else ", "
    return f"{day(at, language)}{separator}{at:%H:%M}"


def person(name: str) -> str:
    """
    Write a name as DICOM keeps it (PS3.5, 6.2.1): in ideographs, or else in letters.

    >>> person("YAMADA^TARO=山田^太郎=やまだ^たろう"), person("SMITH^JOHN"), person("")
    ('山田 太郎', 'SMITH JOHN', '')
    """
    letters, _, rest = name.partition("=")
    ideographs = rest.partition("=")[0]
    return " ".join((ideographs or letters).replace("^", " ").split())


def reading(name: str) -> str:
    """
    Write how such a name is read, where that is known.

    >>> reading("YAMADA^TARO=山田^太郎=やまだ^たろう"), reading("YAMADA^TARO")
    ('やまだ たろう', '')
    """
    return person(name.partition("=")[2].partition("=")[2])


def language_of(text: str) -> str:
    """
    Return the language a name is most likely written in, for screen readers.

    >>> language_of("川辺クリニック"), language_of("Kawabe Clinic")
    ('ja', 'en')
    """
    return "ja" if _JAPANESE.search(text) else "en"
