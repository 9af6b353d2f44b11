"""What a chart must be like to be kept; whatever is wrong is said with the field's name."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from chalicelib.charts.model import Chart
from chalicelib.kernel.errors import Invalid, TooLarge

MOST_BYTES = 100_000  # in JSON: a row of the catalogue holds three of them
NARRATIVE = "narrative"  # the one text of several lines
LINE_BREAKS = "\n\t"
# Signs nobody sees: some turn what stands around them about.
UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NAMED = ("findings", "measurements", "diagnoses", "procedures", "medicines")


def checked(chart: Chart) -> Chart:
    """
    Return *chart* if it may be kept.

    Raises:
        Invalid: ``wrong-chart``; the message begins with the field, e.g. findings[3].site.organ.
        TooLarge: It is longer than a row can hold.
    """
    try:
        plain = msgspec.to_builtins(chart)
        chart = msgspec.convert(plain, Chart)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        said, _, field = str(error).partition(" - at `$.")
        raise _wrong(field.rstrip("`") or "chart", said) from None
    for field, text in _texts("", plain):
        _check_text(field, text)
    _check_names(chart)
    _check_marks(chart)
    size = len(msgspec.json.encode(chart))
    if size > MOST_BYTES:
        raise TooLarge(f"a chart has at most {MOST_BYTES:,} bytes", limit_bytes=MOST_BYTES)
    return chart


def _texts(field: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text in *value* with the name of its field."""
    match value:
        case str():
            yield field, value
        case dict():
            for name, each in value.items():
                yield from _texts(f"{field}.{name}" if field else name, each)
        case list() | tuple():
            for number, each in enumerate(value):
                yield from _texts(f"{field}[{number}]", each)


def _check_text(field: str, text: str) -> None:
    allowed = LINE_BREAKS if field == NARRATIVE else ""
    for each in text:
        if each not in allowed and (unicodedata.category(each) in UNSEEN or each in TURNING):
            raise _wrong(field, f"has the control character U+{ord(each):04X}")
    if text and not text.strip():
        raise _wrong(field, "is nothing but spaces; leave it out")


def _check_names(chart: Chart) -> None:
    for name in NAMED:
        for number, each in enumerate(getattr(chart, name)):
            if not each.text and each.code is None:
                raise _wrong(f"{name}[{number}]", "needs a text or a code")


def _check_marks(chart: Chart) -> None:
    numbers = Counter(mark.number for image in chart.images for mark in image.marks)
    for number, image in enumerate(chart.images):
        for place, mark in enumerate(image.marks):
            if numbers[mark.number] > 1:
                raise _wrong(f"images[{number}].marks[{place}].number", "is there twice")
            if (mark.x is None) != (mark.y is None):
                raise _wrong(f"images[{number}].marks[{place}]", "needs both x and y, or neither")
    pictures = Counter(image.sha256 for image in chart.images)
    for number, image in enumerate(chart.images):
        if pictures[image.sha256] > 1:
            raise _wrong(f"images[{number}].sha256", "is there twice")
    for number, finding in enumerate(chart.findings):
        if finding.mark is not None and finding.mark not in numbers:
            raise _wrong(f"findings[{number}].mark", "is on no picture of the chart")


def _wrong(field: str, why: str) -> Invalid:
    return Invalid(f"{field}: {why}", code="wrong-chart", field=field)
