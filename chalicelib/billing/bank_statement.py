"""
A bank's statement as CSV: which money came in.  Reading only; nothing is imported here.

Columns are known by their heading, in any order; what a bank adds is ignored.

| what                        | headings                                                     |
| day (required)              | date, 日付, 取引日, 入金日, お取引日                         |
| money in (required)         | amount, 入金金額, 入金額, お預入れ, お預入金額, 預入金額     |
| payer (required)            | payer, 振込依頼人名, 依頼人名, 摘要, お取引内容, 取引内容    |
| money out                   | paid_out, 出金金額, 出金額, お引出し, お引出金額, 支払金額   |
| balance afterwards          | balance, 残高, 差引残高                                      |
| the bank's own number       | number, 取引番号, 照会番号, 番号                             |

Balance or number must be there: they tell two equal payments of a day from one line given twice.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping
from datetime import date

import msgspec

from chalicelib.billing.wrong_lines import LineRefused, refusal
from chalicelib.kernel.errors import Invalid, TooLarge

MAX_BYTES = 1_000_000
MAX_LINES = 300  # of money that came in: a request has half a minute
MOST_YEN = 10**11

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "日付", "取引日", "入金日", "お取引日"),
    "amount": ("amount", "入金金額", "入金額", "お預入れ", "お預入金額", "預入金額"),
    "payer": ("payer", "振込依頼人名", "依頼人名", "摘要", "お取引内容", "取引内容"),
    "paid_out": ("paid_out", "出金金額", "出金額", "お引出し", "お引出金額", "支払金額"),
    "balance": ("balance", "残高", "差引残高"),
    "number": ("number", "取引番号", "照会番号", "番号"),
}
REQUIRED = ("date", "amount", "payer")
_DAY = re.compile(
    r"([0-9]{4})[/.年-]([0-9]{1,2})[/.月-]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_AMOUNT = re.compile(r"[¥\\]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)円?")


class Credited(msgspec.Struct, frozen=True):
    """
    One line of money that came in.

    Attributes:
        line: Its number in the file; the heading's is 1.
        payer: As the bank wrote it.
    """

    line: int
    received_on: date
    amount_yen: int
    payer: str
    told_apart_by: str

    @property
    def receipt_id(self) -> str:
        """The same line, in whichever file, has the same id; it begins with the day."""
        facts = (str(self.received_on), str(self.amount_yen), self.payer, self.told_apart_by)
        digest = hashlib.sha256("\x1f".join(facts).encode()).hexdigest()
        return f"{self.received_on:%Y%m%d}-{digest[:24]}"


class Statement(msgspec.Struct, frozen=True):
    """
    Attributes:
        credited: What came in; a line given twice stands here once.
        repeated: How many lines were there before.
        paid_out: How many lines say that money went out; they are none of ours.
    """

    credited: tuple[Credited, ...]
    repeated: int
    paid_out: int


def read(raw: bytes) -> Statement:
    """
    Read a statement in UTF-8 or CP932.

    Raises:
        TooLarge: ``statement-too-large``: there are too many bytes or lines.
        Invalid: ``bad-statement``: ``wrong`` names every line that is wrong, and why, such as
            ``3 bad-day``.
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge("a statement has at most a megabyte: split it", code="statement-too-large")
    rows = _rows(_decoded(raw))
    columns = _columns(rows[0] if rows else [])
    credited, wrong, paid_out, repeated = {}, [], 0, 0
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            found = _line(number, row, columns, len(rows[0]))
        except LineRefused as refused:
            wrong.append(f"{number} {refused}")
            continue
        if found is None:
            paid_out += 1
        elif found.receipt_id in credited:
            repeated += 1
        else:
            credited[found.receipt_id] = found
    _refuse(wrong)
    if len(credited) > MAX_LINES:
        raise TooLarge(
            f"a statement brings at most {MAX_LINES} payments at once: split it",
            code="statement-too-large",
        )
    return Statement(tuple(credited.values()), repeated, paid_out)


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad(["1 bad-encoding"])  # neither UTF-8 nor CP932 (Shift_JIS)


def _rows(text: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        return list(reader)
    except csv.Error:  # a cell of more than 131,072 characters
        raise _bad([f"{reader.line_num} too-long"]) from None


def _columns(heading: list[str]) -> dict[str, int]:
    """Return where each column stands; the first heading that fits is taken."""
    written = [unicodedata.normalize("NFKC", each).strip().lower() for each in heading]
    found = {
        column: written.index(name)
        for column, names in HEADINGS.items()
        for name in reversed(names)
        if name in written
    }
    missing = [f"1 no-{each}" for each in REQUIRED if each not in found]
    if "balance" not in found and "number" not in found:
        missing.append("1 no-balance")
    _refuse(missing)
    return found


def _line(number: int, row: list[str], columns: dict[str, int], width: int) -> Credited | None:
    """Return what *row* says, or None when money went out."""
    if len(row) < width:
        raise LineRefused("too-short")
    cells = {name: _plain(row[place]) for name, place in columns.items()}
    amount_yen = _yen(cells["amount"])
    paid_out_yen = _yen(cells.get("paid_out", ""))
    day = _day(cells["date"])
    if amount_yen and paid_out_yen:
        raise LineRefused("in-and-out")
    if not amount_yen:
        if not paid_out_yen:
            raise LineRefused("no-amount")
        return None
    if not cells["payer"]:
        raise LineRefused("no-payer")
    told_apart_by = cells.get("number") or cells.get("balance", "").replace(",", "")
    if not told_apart_by:
        raise LineRefused("no-balance")
    return Credited(number, day, amount_yen, cells["payer"], told_apart_by)


def _day(written: str) -> date:
    found = _DAY.fullmatch(written)
    try:
        if found:
            return date(*(int(each) for each in found.groups() if each))
    except ValueError:
        pass
    raise LineRefused("bad-day")


def _yen(written: str) -> int:
    if written in {"", "-", "*"}:
        return 0
    found = _AMOUNT.fullmatch(written.replace(" ", ""))
    if found is None or int(found[1].replace(",", "")) > MOST_YEN:
        raise LineRefused("bad-amount")
    return int(found[1].replace(",", ""))


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell).split())


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise _bad(wrong)


def _bad(wrong: list[str]) -> Invalid:
    return refusal(wrong, called="lines", code="bad-statement")
