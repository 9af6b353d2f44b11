"""
Direct debits in DynamoDB (core).

MANDATES  <facility id>            the account a facility lets us collect from
DEBITS    RUN#<number, 6 digits>   what a file asked the bank to collect; answered when it did
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from chalicelib.billing.issuer import BankAccount
from chalicelib.billing.zengin import Debit
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.tables import CoreTable, condition_failed

MANDATES, DEBITS = "MANDATES", "DEBITS"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one file asks the bank to collect on the day *on*."""

    number: int
    on: date
    debits: tuple[Debit, ...]
    is_answered: bool = False


class _Mandate(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=MANDATES)
    sk = UnicodeAttribute(range_key=True)
    account = UnicodeAttribute()


class _Run(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=DEBITS)
    sk = UnicodeAttribute(range_key=True)
    run = UnicodeAttribute()


def set_mandate(facility_id: str, account: BankAccount | None) -> None:
    """Collect from *account* from now on, or (None) no longer."""
    if account is None:
        _Mandate(MANDATES, facility_id).delete()
        return
    _Mandate(MANDATES, facility_id, account=msgspec.json.encode(account).decode()).save()


def mandate(facility_id: str) -> BankAccount | None:
    """Return the account a facility lets us collect from; None where it pays by transfer."""
    try:
        row = _Mandate.get(MANDATES, facility_id, consistent_read=True)
    except _Mandate.DoesNotExist:
        return None
    return msgspec.json.decode(row.account, type=BankAccount)


def mandates() -> Iterator[tuple[str, BankAccount]]:
    """Yield (facility id, account) of everybody we may collect from."""
    for row in _Mandate.query(MANDATES, consistent_read=True):
        yield row.sk, msgspec.json.decode(row.account, type=BankAccount)


def runs(rows: int) -> list[Run]:
    """Return the newest runs, newest first."""
    found = _Run.query(
        DEBITS, scan_index_forward=False, limit=rows, page_size=rows, consistent_read=True
    )
    return [msgspec.json.decode(row.run, type=Run) for row in found]


def run(number: int) -> Run:
    """Return a run; raises NotFound."""
    try:
        row = _Run.get(DEBITS, _sk(number), consistent_read=True)
    except _Run.DoesNotExist:
        raise NotFound("there is no such run of debits") from None
    return msgspec.json.decode(row.run, type=Run)


def add(new: Run) -> None:
    """Keep *new*; raises Conflict when somebody else has made a run meanwhile."""
    row = _row(new)
    try:
        row.save(_Run.pk.does_not_exist())
    except PutError as error:
        if not condition_failed(error):
            raise
        raise Conflict("somebody has just made another run", code="overtaken") from error


def note_answered(answered: Run) -> None:
    """Write that the bank has answered a run."""
    _row(answered).save()


def _row(run: Run) -> _Run:
    return _Run(DEBITS, _sk(run.number), run=msgspec.json.encode(run).decode())


def _sk(number: int) -> str:
    return f"RUN#{number:06}"
