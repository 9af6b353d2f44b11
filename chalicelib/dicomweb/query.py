"""
What a search asks for (QIDO-RS, PS3.18 8.3.4 and 10.6), and whether a data set is it.

Attributes come as tags (``00100020``) or keywords (``PatientID``), values percent-decoded.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping

import msgspec

from chalicelib.dicomweb.dataset import Dataset, Element
from chalicelib.kernel.errors import Invalid

ALL = "all"
MOST_ROWS = 500  # a page; a client that wants more asks again from where it ended
NAMES, DATES = frozenset({"PN"}), frozenset({"DA", "TM", "DT"})
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_KEYWORD = re.compile(r"[A-Za-z][A-Za-z0-9]{1,63}")
_UIDS = re.compile(r"[\\,]")


class Query(msgspec.Struct, frozen=True):
    """
    Attributes:
        wanted: The values asked for, by tag; each set of them has to match.
        fields: Tags to answer beyond the usual ones; ALL among them means every one there is.
        is_fuzzy: Names match by the beginning of any of their parts (``fuzzymatching=true``).
    """

    wanted: Mapping[str, str]
    fields: frozenset[str] = frozenset()
    limit: int = MOST_ROWS
    offset: int = 0
    is_fuzzy: bool = False

    def asked(self, tag: str) -> str:
        """Return the value asked for, or nothing."""
        return self.wanted.get(tag, "")


def parsed(parameters: Iterable[tuple[str, str]]) -> Query:
    """
    Read the parameters of a search; one may come more than once.

    Raises:
        Invalid: One that is no attribute, or a number that is none.
    """
    wanted: dict[str, str] = {}
    fields: set[str] = set()
    limit, offset, is_fuzzy = MOST_ROWS, 0, False
    for name, value in parameters:
        match name.lower():
            case "limit":
                limit = min(_number(name, value), MOST_ROWS)
            case "offset":
                offset = _number(name, value)
            case "fuzzymatching":
                is_fuzzy = value.lower() == "true"
            case "includefield":
                fields |= {_field(each) for each in value.split(",") if each}
            case "emptyvaluematching" | "multiplevaluematching":
                pass  # both are how we match anyhow
            case _:
                wanted[tag_of(name)] = value.strip()
    return Query(wanted, frozenset(fields), limit, offset, is_fuzzy)


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise Invalid(f"{name} must be a whole number", code="bad-query")
    return int(value)


def _field(written: str) -> str:
    return ALL if written.lower() == ALL else tag_of(written)


def tag_of(written: str) -> str:
    """
    Return the tag of an attribute that is named by tag or keyword; raises Invalid.

    >>> tag_of("PatientID"), tag_of("0020000d")
    ('00100020', '0020000D')
    """
    from pydicom.datadict import tag_for_keyword

    if _TAG.fullmatch(written):
        return written.upper()
    tag = tag_for_keyword(written) if _KEYWORD.fullmatch(written) else None
    if tag is None:
        raise Invalid(
            f"{written[:64]!r} is no attribute: name it by keyword (PatientID) or tag (00100020)",
            code="bad-query",
        )
    return f"{tag:08X}"


def matches(query: Query, found: Dataset) -> bool:
    """Whether a data set has every value that is asked for."""
    return all(
        matches_one(value, found.get(tag), is_fuzzy=query.is_fuzzy)
        for tag, value in query.wanted.items()
    )


def matches_one(asked: str, element: Element | None, *, is_fuzzy: bool = False) -> bool:
    """
    Whether one of an element's values is the one *asked* for (PS3.4, C.2.2.2).

    Nothing asked, or ``*`` alone, matches everything, what is empty or absent too.
    """
    if not asked.strip("*"):
        return True
    if element is None:
        return False
    values, vr = element.get("Value", ()), element["vr"]
    if vr in NAMES:
        return any(_matches_name(asked, each, is_fuzzy=is_fuzzy) for each in values)
    if vr == "UI":
        return bool(set(_UIDS.split(asked)) & {str(each) for each in values})
    if vr in DATES:
        return any(_is_within(asked, str(each)) for each in values)
    pattern = _pattern(asked)
    return any(pattern.fullmatch(str(each).strip()) for each in values)


def _matches_name(asked: str, name: Mapping[str, str], *, is_fuzzy: bool) -> bool:
    """Match a name's writings one by one: a search is for one of them, or for all with ``=``."""
    groups = [name.get(each, "") for each in ("Alphabetic", "Ideographic", "Phonetic")]
    whole = "=".join(groups).rstrip("=")
    if is_fuzzy and not set(asked) & set("*?"):
        sought = [each for each in re.split(r"[\s^=]+", asked.casefold()) if each]
        parts = re.split(r"[\s^=]+", whole.casefold())
        return all(any(part.startswith(each) for part in parts) for each in sought)
    pattern = _pattern(asked.rstrip("^="), re.IGNORECASE)
    return any(pattern.fullmatch(each.rstrip("^ ")) for each in (*groups, whole) if each)


def _pattern(asked: str, flags: int = 0) -> re.Pattern[str]:
    """
    Turn ``*`` (any characters) and ``?`` (one) into a pattern; nothing else means anything.

    fnmatch's own takes no longer for many stars than for one, which ``.*`` after ``.*`` would.

    >>> bool(_pattern("YAM*A?").fullmatch("YAMADA^")), bool(_pattern("[1]").fullmatch("1"))
    (True, False)
    """
    return re.compile(fnmatch.translate(asked.replace("[", "[[]")), flags)


def _is_within(asked: str, value: str) -> bool:
    """
    Whether a date or time is the one asked for, or within ``from-to``, either end open.

    A bound of fewer digits holds for all of what it begins: an end at 2026 is the year's end.

    >>> _is_within("20260401-20260430", "20260415"), _is_within("-2025", "20260101")
    (True, False)
    """
    first, dash, last = asked.partition("-")
    if not dash:
        return value.startswith(first)
    return (not first or value >= first) and (not last or value[: len(last)] <= last)
