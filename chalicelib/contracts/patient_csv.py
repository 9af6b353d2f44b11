"""
Lists of patients as CSV files, as spreadsheets write and read them.

Two columns: ``patient_id`` and ``backed_up`` (yes or no).  A list is taken whole or not at all:
every line that cannot be read is named.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from chalicelib.contracts.answers import Answers
from chalicelib.kernel.errors import Invalid

HEADER = ("patient_id", "backed_up")
EXAMPLE = "patient_id,backed_up\n00123,yes\n00124,no"
MAX_PATIENT_ID = 64  # characters; the catalogue keeps no more
YES, NO = frozenset({"yes", "はい", "1"}), frozenset({"no", "いいえ", "0"})
# A spreadsheet takes a cell that begins like this for a formula; an apostrophe before it says no.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class Wrong(StrEnum):
    """Why a line cannot be taken."""

    COLUMNS = "columns"
    NO_PATIENT = "no-patient"
    LONG_PATIENT = "long-patient"
    NO_ANSWER = "no-answer"
    CONTRADICTION = "contradiction"


class WrongLine(msgspec.Struct, frozen=True):
    """A line that cannot be taken; a spreadsheet shows it under this number."""

    number: int
    wrong: Wrong


class WrongLines(Invalid):
    """
    Some lines cannot be taken, so none was.

    Attributes:
        lines: All of them, in order.
    """

    code = "wrong-lines"

    def __init__(self, lines: list[WrongLine]) -> None:
        super().__init__(f"{len(lines)} lines cannot be read; nothing was changed")
        self.lines = lines


def text_of(raw: bytes) -> str:
    """
    Return the text of a file in UTF-8, or in CP932 as Japanese Excel writes it.

    U+FFFD stays: an image's own number of a patient may have it, where its header could not be
    read whole, and a list that was downloaded can be handed in again.

    Raises:
        Invalid: ``unreadable-file``: it is neither.
    """
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:  # UTF-16, or no text at all
            return text
    raise Invalid("the file is no text in UTF-8 or Shift_JIS (CP932)", code="unreadable-file")


def read(text: str) -> Answers:
    """
    Return the answers *text* gives.

    Raises:
        Invalid: ``wrong-header``, ``no-lines``, or :class:`WrongLines`.
    """
    rows = _rows(text)
    if not rows or tuple(each.strip().lower() for each in rows[0][1]) != HEADER:
        raise Invalid(f"the first line must be: {','.join(HEADER)}", code="wrong-header")
    if len(rows) == 1:
        raise Invalid("there is no line below the first", code="no-lines")
    given: dict[str, bool] = {}
    wrong = [WrongLine(number, why) for number, cells in rows[1:] if (why := _take(cells, given))]
    if wrong:
        raise WrongLines(wrong)
    return Answers(
        yes=frozenset(each for each, is_yes in given.items() if is_yes),
        no=frozenset(each for each, is_yes in given.items() if not is_yes),
    )


def written(answers: Iterable[tuple[str, bool]]) -> bytes:
    """Return the list of *answers* as a file that a spreadsheet opens with its letters right."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(HEADER)
    writer.writerows((_guarded(patient), "yes" if yes else "no") for patient, yes in answers)
    return lines.getvalue().encode("utf-8-sig")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the lines that say something, each with its number."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error:
        raise WrongLines([WrongLine(reader.line_num, Wrong.COLUMNS)]) from None


def _take(cells: list[str], given: dict[str, bool]) -> Wrong | None:
    """Add a line to what is *given*, or return why it cannot be taken."""
    if len(cells) != len(HEADER):
        return Wrong.COLUMNS
    patient, answer = _unguarded(cells[0].strip()), cells[1].strip().lower()
    if not patient:
        return Wrong.NO_PATIENT
    if len(patient) > MAX_PATIENT_ID:
        return Wrong.LONG_PATIENT
    if answer not in YES | NO:
        return Wrong.NO_ANSWER
    if given.setdefault(patient, answer in YES) != (answer in YES):
        return Wrong.CONTRADICTION
    return None


def _guarded(patient: str) -> str:
    return f"'{patient}" if _FORMULA.match(patient) else patient


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
