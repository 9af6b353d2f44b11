"""
The ledger in DynamoDB (core): append-only.

FACILITY#<id>  LEDGER#<local date>#<event>#<subject>  a posting, never rewritten
FACILITY#<id>  BALANCE#<yyyy-mm>                      each account's sum of the month
FACILITY#<id>  CREDIT                                 what is owed back to the facility: never less
                                                      than nothing, whoever spends it at once
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.billing.ledger import Account, Posting
from chalicelib.tables import CoreTable


class _Posting(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    posting = UnicodeAttribute()


class _Balance(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    receivable = NumberAttribute(default=0)
    credit = NumberAttribute(default=0)
    cash = NumberAttribute(default=0)
    revenue = NumberAttribute(default=0)
    tax = NumberAttribute(default=0)
    written_off = NumberAttribute(default=0)


class _Credit(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="CREDIT")
    yen = NumberAttribute(default=0)


def post_in(write: TransactWrite, *postings: Posting) -> None:
    """
    Add *postings* of one facility with whatever *write* writes.

    The transaction fails when one of them has been posted before, or spends more credit than is.
    """
    if not postings:
        return
    facility_id, month = postings[0].facility_id, _month(postings[0])
    sums: Counter[Account] = Counter()
    for posting in postings:
        text = msgspec.json.encode(posting).decode()
        row = _Posting(_pk(facility_id), f"LEDGER#{posting.key}", posting=text)
        write.save(row, condition=_Posting.pk.does_not_exist())
        sums.update(posting.amounts)
    write.update(_Balance(_pk(facility_id), f"BALANCE#{month}"), _added(sums))
    if sums[Account.CREDIT]:
        _move_credit_in(write, facility_id, -sums[Account.CREDIT])


def postings_of(facility_id: str, month: str) -> Iterator[Posting]:
    """Yield what was posted in *month* (yyyy-mm), by day."""
    prefix = f"LEDGER#{month}"
    for row in _Posting.query(_pk(facility_id), _Posting.sk.startswith(prefix)):
        yield msgspec.json.decode(row.posting, type=Posting)


def balance(facility_id: str, before: str = "") -> dict[Account, int]:
    """Return each account's sum: of all months, or of those before *before* (yyyy-mm)."""
    sums: Counter[Account] = Counter(dict.fromkeys(Account, 0))
    for month, amounts in months(facility_id):
        if not before or month < before:
            sums.update(amounts)
    return dict(sums)


def months(facility_id: str) -> Iterator[tuple[str, dict[Account, int]]]:
    """Yield (yyyy-mm, each account's sum) of every month in which money moved."""
    rows = _Balance.query(
        _pk(facility_id), _Balance.sk.startswith("BALANCE#"), consistent_read=True
    )
    for row in rows:
        amounts = {account: int(getattr(row, account)) for account in Account}
        yield row.sk.removeprefix("BALANCE#"), amounts


def credit_yen(facility_id: str) -> int:
    """Return what is owed back to the facility, to be applied or refunded."""
    try:
        return int(_Credit.get(_pk(facility_id), "CREDIT", consistent_read=True).yen)
    except _Credit.DoesNotExist:
        return 0


def _move_credit_in(write: TransactWrite, facility_id: str, yen: int) -> None:
    enough = _Credit.yen >= -yen if yen < 0 else None
    write.update(_Credit(_pk(facility_id), "CREDIT"), [_Credit.yen.add(yen)], condition=enough)


def _added(sums: Counter[Account]) -> list[Action]:
    columns: dict[Account, Any] = {each: getattr(_Balance, each) for each in Account}
    return [columns[account].add(yen) for account, yen in sums.items()]


def _month(posting: Posting) -> str:
    return f"{posting.posted_on:%Y-%m}"


def _pk(facility_id: str) -> str:
    return f"FACILITY#{facility_id}"
