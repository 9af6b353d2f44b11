"""
Findings as a CSV file, a row each: what many facilities can get out of what they have.

A file is taken whole or not at all: every row that cannot be read is named, with the column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Code,
    Done,
    Finding,
    Image,
    Kind,
    Mark,
    Procedure,
    Quantity,
    Side,
    Site,
)
from chalicelib.kernel.errors import Invalid

NEEDED = ("patient_id", "exam", "certainty")
OPTIONAL = (
    "date",
    "kind",
    "organ",
    "site",
    "side",
    "finding_code",
    "code_system",
    "text",
    "size_mm",
    "action",
    "image_key",
)
EXAMPLE = (
    "patient_id,exam,organ,site,text,size_mm,certainty\n"
    "00123,E-1,胃,前庭部,潰瘍,4.5,possible\n"
    "00123,E-1,食道,,静脈瘤,,absent"
)
MOST_ROWS = 2_000
MOST_NAMED = 50  # rows that one answer names
OWN_SYSTEM = "urn:hokan:facility"  # of codes whose system the file does not name


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that cannot be taken; a spreadsheet shows it under this number."""

    number: int
    column: str
    why: str

    def __str__(self) -> str:
        return f"row {self.number}: {self.column}: {self.why}"


class WrongRows(Invalid):
    """Some rows cannot be taken, so none was."""

    code = "wrong-rows"

    def __init__(self, rows: list[WrongRow]) -> None:
        super().__init__(
            f"{len(rows)} rows cannot be taken; nothing was changed",
            rows=[str(each) for each in rows[:MOST_NAMED]],
            more=max(len(rows) - MOST_NAMED, 0),
        )
        self.rows = rows


@dataclass(slots=True)
class Listed:
    """
    What a file tells of one examination.

    Attributes:
        exam: The facility's own id of it.
        rows: The numbers of the rows.
    """

    exam: str
    patient_id: str
    date: str
    kind: Kind
    rows: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    pictures: dict[str, int] = field(default_factory=dict)

    @property
    def chart(self) -> Chart:
        images = (
            Image(sha256=sha256, marks=(Mark(number=number),))
            for sha256, number in self.pictures.items()
        )
        return Chart(
            kind=self.kind,
            findings=tuple(self.findings),
            procedures=tuple(dict.fromkeys(self.procedures)),
            images=tuple(images),
        )


class _Refused(Exception):
    def __init__(self, column: str, why: str) -> None:
        super().__init__(column, why)
        self.column, self.why = column, why


def read(text: str) -> list[Listed]:
    """
    Return what *text* tells, an examination each, in the order they come.

    Raises:
        Invalid: ``wrong-header``, ``no-rows``, or :class:`WrongRows`.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    _check_header(list(reader.fieldnames or ()))
    found: dict[str, Listed] = {}
    wrong: list[WrongRow] = []
    for number, cells in _rows(reader):
        try:
            _take(found, number, cells)
        except _Refused as refused:
            wrong.append(WrongRow(number, refused.column, refused.why))
    if wrong:
        raise WrongRows(wrong)
    if not found:
        raise Invalid("there is no row below the first", code="no-rows")
    return list(found.values())


def _check_header(names: list[str]) -> None:
    missing = [each for each in NEEDED if each not in names]
    unknown = [each for each in names if each not in NEEDED + OPTIONAL]
    if missing or unknown or len(set(names)) != len(names):
        raise Invalid(
            f"the first row names the columns: {', '.join(NEEDED)} are needed; there may be"
            f" {', '.join(OPTIONAL)}",
            code="wrong-header",
        )


def _rows(reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows that say something, each with its number."""
    try:
        for cells in reader:
            if reader.line_num > MOST_ROWS + 1:
                raise Invalid(f"a file has at most {MOST_ROWS:,} rows", code="too-many-rows")
            if None in cells or None in cells.values():
                wrong = WrongRow(reader.line_num, "all", "has another number of columns")
                raise WrongRows([wrong])
            if any(each.strip() for each in cells.values()):
                yield reader.line_num, {name: each.strip() for name, each in cells.items()}
    except csv.Error:
        raise WrongRows([WrongRow(reader.line_num, "all", "is no CSV")]) from None


def _take(found: dict[str, Listed], number: int, cells: dict[str, str]) -> None:
    """Add a row to its examination, or say why it cannot be taken."""
    for name in NEEDED:
        if not cells[name]:
            raise _Refused(name, "is empty")
    kind = _one_of(cells, "kind", Kind, Kind.OTHER)
    said = (cells["patient_id"], cells.get("date", ""), kind)
    listed = found.setdefault(cells["exam"], Listed(cells["exam"], *said))
    before = (listed.patient_id, listed.date, listed.kind)
    for column, earlier, now in zip(("patient_id", "date", "kind"), before, said, strict=True):
        if earlier != now:
            raise _Refused(column, "is another one than in an earlier row of this examination")
    listed.rows.append(number)
    site = Site(
        organ=cells.get("organ", ""),
        place=cells.get("site", ""),
        side=_one_of(cells, "side", Side, Side.NONE),
    )
    listed.findings.append(_finding(listed, cells, site))
    if action := cells.get("action", ""):
        listed.procedures.append(Procedure(done=Done.DONE, text=action, site=site))


def _finding(listed: Listed, cells: dict[str, str], site: Site) -> Finding:
    text, written = cells.get("text", ""), cells.get("finding_code", "")
    if not text and not written:
        raise _Refused("text", "a finding needs a text or a finding_code")
    code = None
    if written:
        code = Code(system=cells.get("code_system", "") or OWN_SYSTEM, code=written)
    size = cells.get("size_mm", "")
    picture = cells.get("image_key", "")
    mark = listed.pictures.setdefault(picture, len(listed.pictures) + 1) if picture else None
    return Finding(
        certainty=_one_of(cells, "certainty", Certainty, None),
        text=text,
        code=code,
        site=site,
        size=Quantity(value=size, unit="mm") if size else None,
        mark=mark,
    )


def _one_of(cells: dict[str, str], column: str, choices: Any, usual: Any) -> Any:
    """Return which of *choices* a cell names; an empty one means *usual*, if anything does."""
    written = cells.get(column, "")
    if not written and usual is not None:
        return usual
    try:
        return choices(written)
    except ValueError:
        raise _Refused(column, f"must be one of {', '.join(choices)}") from None
