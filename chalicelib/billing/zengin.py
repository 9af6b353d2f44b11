"""
Direct debits as the Japanese Bankers Association exchanges them: 120 bytes a record, type 91.

One header (1), a record for each debit (2), one trailer (8) with the sums, one end (9).  Numbers
stand to the right, filled with zeros; texts to the left, in half-width kana, filled with spaces.
The bank sends the same file back with a result in each record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from chalicelib.billing.issuer import ACCOUNT_TYPES, BankAccount
from chalicelib.billing.kana import bank_kana
from chalicelib.billing.wrong_lines import LineRefused, refusal
from chalicelib.kernel.errors import Invalid

RECORD_BYTES = 120
MAX_DEBITS = 2_000
MOST_YEN = 10**10 - 1
MOST_IN_ALL_YEN = 10**12 - 1

HEADER = (1, 2, 1, 10, 40, 4, 4, 15, 3, 15, 1, 7, 17)
DEBIT = (1, 4, 15, 3, 15, 4, 1, 7, 30, 10, 1, 20, 1, 8)
TRAILER = (1, 6, 12, 6, 12, 6, 12, 65)


class Outcome(StrEnum):
    """What became of a debit, by the bank's code."""

    DONE = "0"
    NO_FUNDS = "1"
    NO_ACCOUNT = "2"
    STOPPED_BY_PAYER = "3"
    NO_MANDATE = "4"
    STOPPED_BY_CONSIGNOR = "8"
    OTHER = "9"


CODES = frozenset(each.value for each in Outcome)


class Debit(msgspec.Struct, frozen=True):
    """What is to be collected for one invoice; the bank gives the reference back."""

    facility_id: str
    invoice_number: str
    reference: str
    account: BankAccount
    amount_yen: int


class Result(msgspec.Struct, frozen=True):
    """What the bank says of one debit; *record* is its number in the file, from 1."""

    record: int
    reference: str
    amount_yen: int
    outcome: Outcome


class Results(msgspec.Struct, frozen=True):
    consignor_code: str
    month_and_day: str
    results: tuple[Result, ...]


def written(
    consignor_code: str, consignor: str, account: BankAccount, on: date, debits: Sequence[Debit]
) -> bytes:
    """
    Return the file that asks the bank to collect *debits* on the day *on*.

    Raises:
        Invalid: There is nothing to collect, or too much for one file or one record.
    """
    if not 0 < len(debits) <= MAX_DEBITS:
        raise Invalid(f"a file collects 1 to {MAX_DEBITS} debits", code="bad-debits")
    if any(not 0 < each.amount_yen <= MOST_YEN for each in debits):
        raise Invalid(f"a debit is 1 to {MOST_YEN:,} yen", code="bad-debits")
    total_yen = sum(each.amount_yen for each in debits)
    if total_yen > MOST_IN_ALL_YEN:
        raise Invalid(f"a file collects at most {MOST_IN_ALL_YEN:,} yen", code="bad-debits")
    header = [
        *("1", "91", "0", consignor_code, _text(consignor, 40), f"{on:%m%d}"),
        *(account.bank_code, " " * 15, account.branch_code, " " * 15),
        *(ACCOUNT_TYPES[account.account_type], account.number, " " * 17),
    ]
    trailer = ["8", f"{len(debits):06}", f"{total_yen:012}", "0" * 36, " " * 65]
    records = [
        "".join(header),
        *map(_debit, debits),
        "".join(trailer),
        "9" + " " * (RECORD_BYTES - 1),
    ]
    return "".join(f"{each}\r\n" for each in records).encode("cp932")


def read(raw: bytes) -> Results:
    """
    Read a bank's answer.

    Raises:
        Invalid: ``bad-results``: ``wrong`` names every record that is wrong, and why, such as
            ``2 bad-result``.
    """
    records = _records(raw)
    if [each[:1] for each in (records[0], *records[-2:])] != ["1", "8", "9"]:
        raise bad(["1 bad-order"])  # header, debits, trailer, end
    header = _fields(records[0], HEADER)
    if header[1] != "91":
        raise bad(["1 bad-type"])  # not 91
    results, wrong = [], []
    for number, record in enumerate(records[1:-2], start=2):
        try:
            results.append(_result(number, record))
        except LineRefused as refused:
            wrong.append(f"{number} {refused}")
    if not wrong and not _sums_up(_fields(records[-2], TRAILER), results):
        wrong.append(f"{len(records) - 1} bad-sums")
    if wrong:
        raise bad(wrong)
    return Results(header[3], header[5], tuple(results))


def _debit(debit: Debit) -> str:
    account = debit.account
    fields = (
        *("2", account.bank_code, " " * 15, account.branch_code, " " * 15, " " * 4),
        *(ACCOUNT_TYPES[account.account_type], account.number, _text(account.holder, 30)),
        *(f"{debit.amount_yen:010}", "0", debit.reference.rjust(20, "0"), "0", " " * 8),
    )
    return "".join(fields)


def _text(written: str, width: int) -> str:
    return bank_kana(written)[:width].ljust(width)


def _records(raw: bytes) -> list[str]:
    """Return the records of a file whose lines end with CR LF, or not at all."""
    plain = raw.removesuffix(b"\x1a").replace(b"\r\n", b"")
    if b"\n" in plain or b"\r" in plain:
        raise bad(["1 bad-line-ends"])
    if not plain or len(plain) % RECORD_BYTES:
        raise bad([f"{len(plain) // RECORD_BYTES + 1} bad-length"])
    records = [plain[at : at + RECORD_BYTES] for at in range(0, len(plain), RECORD_BYTES)]
    try:
        return [each.decode("shift_jis") for each in records]
    except UnicodeDecodeError:
        raise bad(["1 bad-encoding"]) from None


def _fields(record: str, widths: Iterable[int]) -> list[str]:
    fields, at = [], 0
    for width in widths:
        fields.append(record[at : at + width])
        at += width
    return fields


def _result(number: int, record: str) -> Result:
    if len(record) != RECORD_BYTES or record[0] != "2":
        raise LineRefused("not-a-debit")
    fields = _fields(record, DEBIT)
    amount, customer, code = fields[9], fields[11].strip(), fields[12]
    if not amount.isdecimal():
        raise LineRefused("bad-amount")
    if code not in CODES:
        raise LineRefused("bad-result")
    return Result(number, customer[-12:], int(amount), Outcome(code))


def _sums_up(trailer: list[str], results: list[Result]) -> bool:
    """Whether the trailer's counts and sums are those of the records."""
    done = [each.amount_yen for each in results if each.outcome is Outcome.DONE]
    not_done = [each.amount_yen for each in results if each.outcome is not Outcome.DONE]
    counted = [f"{len(each):06}{sum(each):012}" for each in (done + not_done, done, not_done)]
    return "".join(trailer[1:7]) == "".join(counted)


def bad(wrong: list[str]) -> Invalid:
    """Return the refusal of a file in which *wrong* is wrong."""
    return refusal(wrong, called="records", code="bad-results")
