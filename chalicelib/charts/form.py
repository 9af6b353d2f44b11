"""
A chart as a form: a row for each thing, some empty ones to fill in, and what was typed read back.

Rows nobody filled in are dropped, so a field's row is the place its part has in the chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from chalicelib.charts.checking import checked
from chalicelib.charts.model import Chart, Code, Kind, Mark, Site
from chalicelib.kernel.errors import Invalid
from chalicelib.web.forms import one_line

SITE = ("organ", "place", "side")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "findings": ("text", "certainty", *SITE, "size", "size_unit", "mark", "code"),
    "measurements": ("text", "value", "unit", *SITE, "code"),
    "diagnoses": ("text", "certainty", "code"),
    "procedures": ("text", "done", *SITE, "code"),
    "medicines": ("text", "dose", "instruction", "code"),
    "images": ("sha256", "note", "number", "x", "y"),
}
USUAL = frozenset({"side", "size_unit"})  # filled in before anybody types: they make no row
PLAIN = frozenset({"size", "value", "mark", "number", "x", "y"})  # full-width digits are digits
MORE = 1  # empty rows at the end of each list
MANY = 8  # after more were asked for
_FIELD = re.compile(r"([a-z]+)-(\d{1,3})-(\w+)", re.ASCII)

Row = dict[str, str]


@dataclass
class Typed:
    """
    What stands in the fields.

    Attributes:
        wrong: The field of the chart that cannot be kept, as :func:`checked` names it.
        more: The list that is to have more empty rows.
    """

    kind: str
    narrative: str
    rows: dict[str, list[Row]]
    wrong: str = ""
    more: str = ""

    def shown(self, name: str) -> Iterator[Row]:
        """Yield the rows of a list, and empty ones behind them."""
        yield from self.rows[name]
        empty = dict.fromkeys(COLUMNS[name], "") | {"side": "none", "size_unit": "mm"}
        for _ in range(MANY if self.more == name else MORE):
            yield {column: empty[column] for column in COLUMNS[name]}

    @staticmethod
    def code_of(carried: str) -> Code | None:
        """Return the code that a row carries, where it is one."""
        try:
            return msgspec.json.decode(carried.encode(), type=Code)
        except (msgspec.DecodeError, UnicodeEncodeError):
            return None

    @property
    def pictures(self) -> list[str]:
        """The digests of the pictures that were chosen."""
        return [each["sha256"] for each in self.rows["images"]]

    @staticmethod
    def mark_of(row: Row) -> list[Mark]:
        """Return the mark that a row of a picture places, where it does."""
        places = {name: row[name] for name in ("number", "x", "y") if row[name]}
        try:
            return [msgspec.convert(places, Mark, strict=False)]
        except msgspec.ValidationError:
            return []

    @property
    def wrong_field(self) -> str:
        """The id of the field to be mended."""
        found = re.match(r"(\w+)\[(\d+)\](?:\.(.+))?", self.wrong)
        if found is None:
            return self.wrong
        name, number, rest = found[1], int(found[2]), found[3] or "text"
        if name == "images" and self.rows[name]:
            number = self._row_of_image(number)
            return f"images-{number}-{rest.rpartition('.')[2] if rest != 'text' else 'number'}"
        column = FIELD_OF.get(rest, rest.rpartition(".")[2])
        return f"{name}-{number}-{column if column in COLUMNS[name] else 'text'}"

    def _row_of_image(self, number: int) -> int:
        """Return the first row of the chart's picture *number*: several rows may mark one."""
        pictures = list(dict.fromkeys(each["sha256"] for each in self.rows["images"]))
        wanted = pictures[min(number, len(pictures) - 1)]
        return next(
            place for place, each in enumerate(self.rows["images"]) if each["sha256"] == wanted
        )


FIELD_OF: Mapping[str, str] = {"size.value": "size", "size.unit": "size_unit", "size": "size"}


# --- what stands in the fields -----------------------------------------------------------------


def filled(chart: Chart) -> Typed:
    """Return the fields as *chart* would have filled them."""
    rows: dict[str, list[Row]] = {
        name: [_row(name, each) for each in getattr(chart, name)]
        for name in COLUMNS
        if name != "images"
    }
    rows["images"] = [
        {
            "sha256": image.sha256,
            "note": image.note,
            "number": str(mark.number) if mark else "",
            "x": _whole(mark.x) if mark else "",
            "y": _whole(mark.y) if mark else "",
        }
        for image in chart.images
        for mark in (image.marks or (None,))
    ]
    return Typed(chart.kind.value, chart.narrative, rows)


def empty(kind: Kind) -> Typed:
    return filled(Chart(kind=kind))


def _row(name: str, part: Any) -> Row:
    site = getattr(part, "site", Site())
    size = getattr(part, "size", None)
    known = {
        "organ": site.organ,
        "place": site.place,
        "side": site.side.value,
        "size": size.value if size else "",
        "size_unit": size.unit if size else "mm",
        "code": msgspec.json.encode(part.code).decode() if part.code else "",
        "mark": _whole(getattr(part, "mark", None)),
    }
    return {
        column: known[column] if column in known else str(getattr(part, column))
        for column in COLUMNS[name]
    }


def _whole(number: int | None) -> str:
    return "" if number is None else str(number)


# --- what was typed ----------------------------------------------------------------------------


def typed(form: Mapping[str, str]) -> Typed:
    """Return what *form* brought, without the rows that nobody filled in."""
    found: dict[str, dict[int, Row]] = {name: {} for name in COLUMNS}
    for each, value in form.items():
        match = _FIELD.fullmatch(each)
        if match and match[3] in COLUMNS.get(match[1], ()):
            cell = one_line(value) if match[3] in PLAIN else value.strip()
            found[match[1]].setdefault(int(match[2]), {})[match[3]] = cell
    rows = {
        name: [
            dict.fromkeys(COLUMNS[name], "") | numbered[number]
            for number in sorted(numbered)
            if any(value for column, value in numbered[number].items() if column not in USUAL)
        ]
        for name, numbered in found.items()
    }
    lines = form.get("narrative", "").replace("\r\n", "\n").strip()
    return Typed(form.get("kind", ""), lines, rows)


def chart_of(what: Typed) -> Chart:
    """Return the chart that was typed; raises Invalid ``wrong-chart`` with its field."""
    plain: dict[str, Any] = {"kind": what.kind, "narrative": what.narrative}
    for name, rows in what.rows.items():
        if name != "images":
            plain[name] = [_part(name, number, row) for number, row in enumerate(rows)]
    plain["images"] = _images(what.rows["images"])
    try:
        chart = msgspec.convert(plain, Chart)
    except msgspec.ValidationError as error:
        at = str(error).partition(" - at `$.")[2].rstrip("`")
        missing = re.match(r"Object missing required field `(\w+)`", str(error))
        named = f"{at}.{missing[1]}" if missing and at else at or "kind"
        raise Invalid(f"{named}: {error}", code="wrong-chart", field=named) from None
    return checked(chart)


def _part(name: str, number: int, row: Row) -> dict[str, Any]:
    """Return a row as a part of a chart; a cell nobody filled in is left out."""
    part: dict[str, Any] = {
        column: value
        for column, value in row.items()
        if value and column not in {*SITE, "size", "size_unit", "mark", "code"}
    }
    if "organ" in COLUMNS[name]:
        part["site"] = {"organ": row["organ"], "place": row["place"], "side": row["side"] or "none"}
    if row.get("size"):
        part["size"] = {"value": row["size"], "unit": row["size_unit"]}
    if row.get("mark"):
        part["mark"] = _number(row["mark"], f"{name}[{number}].mark")
    if row["code"]:
        part["code"] = _code(row["code"], f"{name}[{number}].code")
    return part


def _images(rows: list[Row]) -> list[dict[str, Any]]:
    """Return the pictures; rows of the same one are its marks."""
    found: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows):
        place = f"images[{number}]"
        image = found.setdefault(row["sha256"], {"sha256": row["sha256"], "note": "", "marks": []})
        image["note"] = image["note"] or row["note"]
        if row["number"]:
            mark = {"number": _number(row["number"], f"{place}.number")}
            mark |= {axis: _number(row[axis], f"{place}.{axis}") for axis in "xy" if row[axis]}
            image["marks"].append(mark)
    return list(found.values())


def _number(typed: str, place: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        raise Invalid(f"{place}: is no whole number", code="wrong-chart", field=place)
    return int(typed)


def _code(carried: str, place: str) -> Any:
    """Return the code that the page put into its form."""
    try:
        return msgspec.to_builtins(msgspec.json.decode(carried.encode(), type=Code))
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise Invalid(f"{place}: is no code of ours", code="wrong-chart", field=place) from None
