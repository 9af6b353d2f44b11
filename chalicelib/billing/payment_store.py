"""
Payments in DynamoDB (core).

RECEIPTS        <receipt id>                  money that came in, by day; never forgotten
WORK            <receipt id>                  while some of it is for nobody yet
FACILITY#<id>   SETTLED#<number>#<receipt id> what an invoice got of it
PAYERS          <key of a name>               whose payments come under a name
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CoreTable, transaction
from chalicelib.web import cursors

RECEIPTS, WORK, PAYERS = "RECEIPTS", "WORK", "PAYERS"


class Source(StrEnum):
    BANK = "bank"  # a statement's line
    DEBIT = "debit"  # the result of a direct debit
    MANUAL = "manual"
    CREDIT = "credit"  # what the facility had paid too much before


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """
    Money that came in.

    Attributes:
        payer: As the bank, or whoever entered it, wrote it.
        left_yen: What is for nobody yet.
        set_aside: Why it is none of ours, if it is not; it stays in the list of receipts.
        revision: One more with each write, so that two at once are noticed.
    """

    receipt_id: str
    received_on: date
    amount_yen: int
    payer: str
    source: Source
    left_yen: int
    set_aside: str = ""
    revision: int = 1

    @property
    def is_work(self) -> bool:
        return self.left_yen > 0 and not self.set_aside


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What an invoice got of a receipt, or of the facility's credit."""

    receipt_id: str
    source: Source
    received_on: date
    amount_yen: int


class _Receipt(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=RECEIPTS)
    sk = UnicodeAttribute(range_key=True)
    receipt = UnicodeAttribute()
    revision = NumberAttribute()


class _Work(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=WORK)
    sk = UnicodeAttribute(range_key=True)


class _Settled(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    settled = UnicodeAttribute()


class _Payer(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=PAYERS)
    sk = UnicodeAttribute(range_key=True)
    facility_id = UnicodeAttribute()


def add(new: Receipt) -> Receipt:
    """Keep *new*; return it, or what is kept under its id already."""
    try:
        with transaction() as write:
            write.save(_row(new), condition=_Receipt.pk.does_not_exist())
            write.save(_Work(WORK, new.receipt_id))
    except TransactWriteError as refused:
        try:
            return receipt(new.receipt_id)
        except NotFound:  # it was refused for another reason
            raise refused from None
    return new


def receipt(receipt_id: str) -> Receipt:
    """Return a receipt; raises NotFound."""
    try:
        row = _Receipt.get(RECEIPTS, receipt_id, consistent_read=True)
    except _Receipt.DoesNotExist:
        raise NotFound("there is no such payment") from None
    return msgspec.json.decode(row.receipt, type=Receipt)


def change_in(write: TransactWrite, after: Receipt) -> None:
    """Write the next revision of a receipt; the transaction is cancelled if it is not the next."""
    write.save(_row(after), condition=_Receipt.revision == after.revision - 1)
    if not after.is_work:
        write.delete(_Work(WORK, after.receipt_id))


def settle_in(write: TransactWrite, facility_id: str, number: str, settled: Settled) -> None:
    """Note what an invoice got; the transaction is cancelled if it got of that already."""
    sk = f"SETTLED#{number}#{settled.receipt_id}"
    text = msgspec.json.encode(settled).decode()
    row = _Settled(f"FACILITY#{facility_id}", sk, settled=text)
    write.save(row, condition=_Settled.pk.does_not_exist())


def settled_of(facility_id: str, number: str) -> list[Settled]:
    """Return what an invoice got so far."""
    prefix = f"SETTLED#{number}#"
    rows = _Settled.query(f"FACILITY#{facility_id}", _Settled.sk.startswith(prefix))
    return [msgspec.json.decode(row.settled, type=Settled) for row in rows]


def receipts_page(cursor: str | None, rows: int) -> tuple[list[Receipt], str | None]:
    """Return what came in, newest first, and the cursor of the rest."""
    page = _Receipt.query(
        RECEIPTS,
        scan_index_forward=False,
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=RECEIPTS),
    )
    found = [msgspec.json.decode(row.receipt, type=Receipt) for row in page]
    return found, cursors.written(page.last_evaluated_key)


def work_page(cursor: str | None, rows: int) -> tuple[list[Receipt], str | None]:
    """Return what waits for somebody, oldest first, and the cursor of the rest."""
    page = _Work.query(WORK, limit=rows, last_evaluated_key=cursors.read(cursor, partition=WORK))
    keys = [(RECEIPTS, row.sk) for row in page]
    following = cursors.written(page.last_evaluated_key)
    found = {
        row.sk: msgspec.json.decode(row.receipt, type=Receipt) for row in _Receipt.batch_get(keys)
    }
    return [found[sk] for _, sk in keys if sk in found], following


def facility_of_payer(key: str) -> str:
    """Return the facility that pays under the name of *key*; empty when nobody knows."""
    if not key:
        return ""
    try:
        return _Payer.get(PAYERS, key).facility_id
    except _Payer.DoesNotExist:
        return ""


def learn_payer(key: str, facility_id: str) -> None:
    """Remember whose payments come under the name of *key*."""
    _Payer(PAYERS, key, facility_id=facility_id).save()


def _row(receipt: Receipt) -> _Receipt:
    text = msgspec.json.encode(receipt).decode()
    return _Receipt(RECEIPTS, receipt.receipt_id, receipt=text, revision=receipt.revision)
