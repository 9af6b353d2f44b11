"""
Invoices in DynamoDB (core).

FACILITY#<id>   INVOICE#<number>                      the head; due_at: when it is looked at next
FACILITY#<id>   LINE#<bill date>#<billed id>#<line>   a line, and the sequence of its invoice: it
                                                      is charged once, whichever invoice has it
FACILITY#<id>   UNPAID#<due date>#<number>            while it waits for money
FACILITY#<id>   CREDITNOTE#<number>#<key>             what was taken back of an invoice
FACILITY#<id>   STANDING#<number>                     see standing_store.py
INVOICES#<state>  <bill date>#<number>                the provider's lists; drafts are in none
REFERENCE#<digits>  <number>                          what a payer names
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import due
from chalicelib.billing import revenue_store, standing_store
from chalicelib.billing.model import (
    UNPAID,
    CreditNote,
    Document,
    HeadKey,
    Invoice,
    Line,
    TaxTerms,
    Unpaid,
)
from chalicelib.billing.states import InvoiceState
from chalicelib.billing.tax import TaxMode
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid, NotFound
from chalicelib.kernel.money import Rounding
from chalicelib.tables import CoreTable, condition_failed
from chalicelib.web import cursors

LOOKED_BACK = 100  # invoices of a facility, for the one before: targets may have their own
PREFIX = "INVOICE#"  # of the rows the minute's schedule finds due


class _Head(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    billed_id = UnicodeAttribute()
    bill_on = UnicodeAttribute()
    sequence = NumberAttribute()
    state = UnicodeAttribute()
    tax_mode = UnicodeAttribute()
    rounding = UnicodeAttribute()
    lines = NumberAttribute(default=0)
    subtotal_yen = NumberAttribute(default=0)
    document = UnicodeAttribute(null=True)
    paid_yen = NumberAttribute(default=0)
    credited_yen = NumberAttribute(default=0)
    revision = NumberAttribute(default=0)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


class _Line(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sequence = NumberAttribute()
    line = UnicodeAttribute()


class _Unpaid(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    unpaid = UnicodeAttribute()


class _CreditNote(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    note = UnicodeAttribute()


class _Listed(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    facility_id = UnicodeAttribute()


# --- drafts ------------------------------------------------------------------------------------


def add_line_in(
    write: TransactWrite, key: HeadKey, line: Line, tax: TaxTerms, finalise_at: datetime
) -> None:
    """
    Put *line* on the draft *key*, which begins to be with its first line.

    The transaction is cancelled when the line is charged already, or when that invoice was
    issued, or taxes in another way: try :func:`open_head` then.

    Args:
        finalise_at: When the draft is to be issued; its first line decides.

    Raises:
        Invalid: The amount is negative: what is given back is a credit note.
    """
    if line.amount_yen < 0:
        raise Invalid("a line charges; what is given back is a credit note")
    row = _Line(_pk(key.facility_id), _line_sk(key, line.key), sequence=key.sequence)
    row.line = msgspec.json.encode(line).decode()
    write.save(row, condition=_Line.pk.does_not_exist())
    is_fitting_draft = (
        (_Head.state == InvoiceState.DRAFT.value)
        & (_Head.tax_mode == tax.mode.value)
        & (_Head.rounding == tax.rounding.value)
    )
    write.update(
        _head_row(key),
        [
            *_first(key, tax, finalise_at),
            _Head.lines.add(1),
            _Head.subtotal_yen.add(line.amount_yen),
        ],
        condition=_Head.pk.does_not_exist() | is_fitting_draft,
    )


def open_head(key: HeadKey, tax: TaxTerms) -> HeadKey:
    """Return the first invoice from *key* on that takes lines taxed like *tax*."""
    while True:
        found = _head(key.facility_id, key.number)
        if found is None or (found.state is InvoiceState.DRAFT and found.tax == tax):
            return key
        key = key.next


def charged_on(key: HeadKey, line: Line) -> Invoice | None:
    """Return the invoice of that day that *line* is on; None where it was never charged."""
    try:
        row = _Line.get(_pk(key.facility_id), _line_sk(key, line.key), consistent_read=True)
    except _Line.DoesNotExist:
        return None
    return _head(key.facility_id, msgspec.structs.replace(key, sequence=int(row.sequence)).number)


def postpone(draft: Invoice, until: datetime) -> None:
    """Let the schedule look at *draft* later; nothing when somebody was faster."""
    try:
        _head_row(draft.key).update(
            [_Head.due_at.set(clock.text(until))],
            condition=(_Head.state == draft.state.value) & (_Head.due_at == draft.due_at),
        )
    except UpdateError as error:
        if not condition_failed(error):
            raise


def issue_in(write: TransactWrite, draft: Invoice, issued: Invoice, targets: Iterable[str]) -> None:
    """
    Write the document of *issued*, once and for good.

    The transaction is cancelled when another line has come to the *draft*, or when it is one no
    longer.
    """
    document = issued.document
    assert document is not None
    unchanged = (
        (_Head.state == InvoiceState.DRAFT.value)
        & (_Head.lines == draft.lines)
        & (_Head.subtotal_yen == draft.subtotal_yen)
    )
    actions = [*_moved(issued), _Head.document.set(msgspec.json.encode(document).decode())]
    write.update(_head_row(draft.key), actions, condition=unchanged)
    write.save(_listed(issued))
    if issued.state in UNPAID:
        write.save(_unpaid_row(issued, targets))
        write.save(
            _Listed(
                f"REFERENCE#{document.reference}", issued.number, facility_id=issued.facility_id
            )
        )
    revenue_store.earn_in(write, issued.facility_id, document.issued_on, document.net_yen)


# --- what becomes of an invoice ------------------------------------------------------------------


def change_in(write: TransactWrite, before: Invoice, after: Invoice) -> None:
    """
    Write where an issued invoice stands, its document aside.

    The transaction is cancelled when it is not as *before* any more.
    """
    unchanged = _Head.revision == before.revision
    write.update(_head_row(after.key), _moved(after), condition=unchanged)
    if after.state is not before.state:
        write.delete(_listed(before))
        write.save(_listed(after))
    if before.state in UNPAID and after.state not in UNPAID:
        write.delete(_Unpaid(_pk(before.facility_id), _unpaid_sk(before)))
    standing_store.look_in(write, after.facility_id, after.number)


def add_credit_note_in(write: TransactWrite, note: CreditNote) -> None:
    """Keep *note*; the transaction is cancelled when there is one of its key."""
    sk = f"CREDITNOTE#{note.invoice_number}#{note.key}"
    row = _CreditNote(_pk(note.facility_id), sk, note=msgspec.json.encode(note).decode())
    write.save(row, condition=_CreditNote.pk.does_not_exist())


# --- looking -------------------------------------------------------------------------------------


def invoice(facility_id: str, number: str) -> Invoice:
    """Return an invoice of *facility_id*; another facility's is not found."""
    found = _head(facility_id, number)
    if found is None:
        raise NotFound("there is no such invoice, or it is not yours")
    return found


def invoices_page(
    facility_id: str, cursor: str | None, rows: int
) -> tuple[list[Invoice], str | None]:
    """Return invoices of the facility, newest first, and the cursor of the next ones."""
    pk = _pk(facility_id)
    page = _Head.query(
        pk,
        _Head.sk.startswith(PREFIX),
        scan_index_forward=False,
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    return [_to_invoice(row) for row in page], cursors.written(page.last_evaluated_key)


def issued_before(key: HeadKey) -> Invoice | None:
    """Return the newest invoice of an earlier day for the same facility or target; no draft."""
    earlier = _Head.query(
        _pk(key.facility_id),
        _Head.sk.between(PREFIX, f"{PREFIX}{key.bill_on:%Y%m%d}"),
        scan_index_forward=False,
        limit=LOOKED_BACK,
    )
    found = (_to_invoice(row) for row in earlier if row.billed_id == key.billed_id)
    return next((each for each in found if each.state is not InvoiceState.DRAFT), None)


def in_state(
    state: InvoiceState, cursor: str | None, rows: int
) -> tuple[list[Invoice], str | None]:
    """Return invoices of all facilities in *state*, newest first, and the next cursor."""
    pk = f"INVOICES#{state}"
    page = _Listed.query(
        pk,
        scan_index_forward=False,
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    numbers = [(row.facility_id, row.sk.partition("#")[2]) for row in page]
    following = cursors.written(page.last_evaluated_key)
    keys = [(_pk(facility_id), PREFIX + number) for facility_id, number in numbers]
    found = {row.sk: _to_invoice(row) for row in _Head.batch_get(keys)}
    return [found[sk] for _, sk in keys if sk in found], following


def lines_of(found: Invoice) -> list[Line]:
    """Return the lines of an invoice, by contract and period."""
    rows = _Line.query(
        _pk(found.facility_id), _Line.sk.startswith(_line_sk(found.key, "")), consistent_read=True
    )
    return [
        msgspec.json.decode(row.line, type=Line)
        for row in rows
        if int(row.sequence) == found.key.sequence
    ]


def unpaid_of(facility_id: str) -> list[Unpaid]:
    """Return what waits for the facility's money, what was due first before the rest."""
    rows = _Unpaid.query(_pk(facility_id), _Unpaid.sk.startswith("UNPAID#"), consistent_read=True)
    return [msgspec.json.decode(row.unpaid, type=Unpaid) for row in rows]


def credit_notes_of(facility_id: str, number: str) -> list[CreditNote]:
    """Return the credit notes of an invoice."""
    prefix = f"CREDITNOTE#{number}#"
    rows = _CreditNote.query(
        _pk(facility_id), _CreditNote.sk.startswith(prefix), consistent_read=True
    )
    return [msgspec.json.decode(row.note, type=CreditNote) for row in rows]


def with_reference(reference: str) -> list[tuple[str, str]]:
    """Return (facility id, number) of the invoices a payer can mean by *reference*."""
    return [(row.facility_id, row.sk) for row in _Listed.query(f"REFERENCE#{reference}")]


# --- rows ----------------------------------------------------------------------------------------


def _first(key: HeadKey, tax: TaxTerms, finalise_at: datetime) -> list[Action]:
    """Everything of a new draft, and nothing of one that is there."""
    shard = due.shard_of(f"{key.facility_id} {key.number}")
    return [
        _Head.billed_id.set(key.billed_id),
        _Head.bill_on.set(key.bill_on.isoformat()),
        _Head.sequence.set(key.sequence),
        _Head.state.set(InvoiceState.DRAFT.value),
        _Head.tax_mode.set(tax.mode.value),
        _Head.rounding.set(tax.rounding.value),
        _Head.due_shard.set(_Head.due_shard | shard),
        _Head.due_at.set(_Head.due_at | clock.text(finalise_at)),
    ]


def _moved(after: Invoice) -> list[Action]:
    actions: list[Action] = [
        _Head.state.set(after.state.value),
        _Head.paid_yen.set(after.paid_yen),
        _Head.credited_yen.set(after.credited_yen),
        _Head.revision.set(after.revision),
    ]
    if after.due_at is None:
        return [*actions, _Head.due_at.remove(), _Head.due_shard.remove()]
    shard = due.shard_of(f"{after.facility_id} {after.number}")
    return [*actions, _Head.due_at.set(after.due_at), _Head.due_shard.set(shard)]


def _head(facility_id: str, number: str) -> Invoice | None:
    try:
        return _to_invoice(_Head.get(_pk(facility_id), PREFIX + number, consistent_read=True))
    except _Head.DoesNotExist:
        return None


def _to_invoice(row: _Head) -> Invoice:
    return Invoice(
        key=HeadKey(
            facility_id=row.pk.removeprefix("FACILITY#"),
            billed_id=row.billed_id,
            bill_on=date.fromisoformat(row.bill_on),
            sequence=int(row.sequence),
        ),
        state=InvoiceState(row.state),
        tax=TaxTerms(TaxMode(row.tax_mode), Rounding(row.rounding)),
        lines=int(row.lines),
        subtotal_yen=int(row.subtotal_yen),
        document=msgspec.json.decode(row.document, type=Document) if row.document else None,
        paid_yen=int(row.paid_yen),
        credited_yen=int(row.credited_yen),
        revision=int(row.revision),
        due_at=row.due_at,
    )


def _listed(found: Invoice) -> _Listed:
    pk, sk = f"INVOICES#{found.state}", f"{found.key.bill_on}#{found.number}"
    return _Listed(pk, sk, facility_id=found.facility_id)


def _unpaid_row(issued: Invoice, targets: Iterable[str]) -> _Unpaid:
    assert issued.due_on is not None
    waits = Unpaid(
        number=issued.number,
        facility_id=issued.facility_id,
        due_on=issued.due_on,
        targets=tuple(sorted(set(targets))),
    )
    text = msgspec.json.encode(waits).decode()
    return _Unpaid(_pk(issued.facility_id), _unpaid_sk(issued), unpaid=text)


def _unpaid_sk(found: Invoice) -> str:
    return f"UNPAID#{found.due_on}#{found.number}"


def _line_sk(key: HeadKey, line_key: str) -> str:
    return f"LINE#{key.bill_on}#{key.billed_id}#{line_key}"


def _head_row(key: HeadKey) -> _Head:
    return _Head(_pk(key.facility_id), PREFIX + key.number)


def _pk(facility_id: str) -> str:
    return f"FACILITY#{facility_id}"
