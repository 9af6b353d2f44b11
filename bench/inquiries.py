"""What lists, searches and figures of inquiries cost: a hundred stored, and a year of 100,000."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from moto.backends import get_backend
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from bench.counting import Tally, counted
from bench.figures import Figure
from bench.world import on_moto
from chalicelib.access.model import Caller, Role
from chalicelib.inquiries import rows, store, terms
from chalicelib.inquiries.box import analysis
from chalicelib.inquiries.box import service as box
from chalicelib.inquiries.box.searching import Query
from chalicelib.inquiries.model import Delivery, Inquiry, InquiryKind, InquiryState, Step
from chalicelib.kernel import clock, ids
from chalicelib.settings import settings
from infra.provision import MOTO_ACCOUNT
from infra.template import REGION

FEW, MANY = 100, 100_000
FACILITIES, DEPARTMENTS = 200, 10
YEAR = timedelta(days=365)
BEGINNING = datetime(2025, 12, 1, tzinfo=UTC)
ASKER = Caller(Role.DOCTOR, "person-1", "facility-0001")
OPERATOR = Caller(Role.OPERATOR, "person-2")
COMMON = ("GetItem", "TransactWriteItems")  # the audit row's, as of every read
KINDS = list(InquiryKind)

READS: dict[str, Callable[[], object]] = {
    "somebody's own list": lambda: store.of_asker(ASKER.facility_id, ASKER.id, None),
    "a department's inbox": lambda: store.of_department("department-1", None),
    "the box": lambda: box.search(OPERATOR, Query(), None),
    "a search, two words": lambda: box.search(OPERATOR, Query(words="画像 転送"), None),
    "a search, words and facts": lambda: box.search(
        OPERATOR,
        Query(
            words="画像が暗い", kind=InquiryKind.FAULT, facility_id="facility-0001", newer_than=400
        ),
        None,
    ),
    "a search, words and all facts": lambda: box.search(
        OPERATOR,
        Query(
            words="画像が暗い",
            kind=InquiryKind.FAULT,
            state=InquiryState.CLOSED,
            facility_id="facility-0001",
            department_id="department-1",
            newer_than=400,
        ),
        None,
    ),
    "a year's figures": lambda: analysis.of(OPERATOR, "2026-11"),
}
MOST = {
    "somebody's own list": 2,
    "a department's inbox": 2,
    "the box": 2,
    "a search, two words": 10,
    "a search, words and facts": 10,
    "a search, words and all facts": 10,
    "a year's figures": 12,
}


def figures() -> Iterator[Figure]:
    """Yield requests of each read, and whether they grow."""
    with on_moto():
        calls = calls_when((FEW, MANY))
    for name in READS:
        yield Figure(f"DynamoDB calls for {name}", calls[FEW][name], MOST[name], digits=0)
        yield Figure(f"the same of {MANY:,} inquiries", calls[MANY][name], MOST[name], digits=0)


def calls_when(sizes: tuple[int, ...]) -> dict[int, dict[str, int]]:
    """Return the calls of each read when so many inquiries of a year are stored."""
    found: dict[int, dict[str, int]] = {}
    stored = 0
    for wanted in sizes:
        _fill(stored, wanted, max(sizes))
        stored = wanted
        found[wanted] = {name: _calls(read) for name, read in READS.items()}
    return found


def _calls(read: Callable[[], object]) -> int:
    tally = Tally()
    with counted(tally):
        read()
    return sum(count for (_, name), count in tally.calls.items() if name not in COMMON)


# --- a year of inquiries ------------------------------------------------------------------------


def _fill(first: int, last: int, most: int) -> None:
    """Put inquiries number *first* to *last* of a year straight into moto's table."""
    counters: Counter[rows.Key] = Counter()
    for number in range(first, last):
        before, inquiry = _inquiry(number, BEGINNING + YEAR * number / most)
        head = {"inquiry": {"S": msgspec.json.encode(inquiry).decode()}, "version": {"N": "1"}}
        _put(rows.inquiry(inquiry.inquiry_id), store.HEAD, head)
        words = {rows.term(terms.key(each)) for each in terms.query_terms(_text(number))}
        keys = rows.listed(inquiry) | {(pk, inquiry.inquiry_id) for pk in words}
        for pk, sk in keys:
            _put(pk, sk, {})
        month = inquiry.filed_at[:7]
        counters.update(rows.counted(before, inquiry, month, 60 * (number % 96)))
    for (pk, sk), amount in counters.items():
        _put(pk, sk, {"number": {"N": str(amount)}})


def _inquiry(number: int, at: datetime) -> tuple[Inquiry, Inquiry]:
    """Return an inquiry as it was filed, and answered; one in twenty waits for its department."""
    department_id = f"department-{number % DEPARTMENTS}"
    is_open = number % 20 == 1
    steps = [Step(state=InquiryState.FILED, at=clock.text(at))]
    filed = Inquiry(
        inquiry_id=ids.new_id("inquiry", at),
        facility_id=f"facility-{number % FACILITIES:04}",
        person_id="person-1",
        account="asker@hospital.example",
        language="ja",
        kind=KINDS[number // 7 % len(KINDS)],
        subject="画像",
        delivery=Delivery.PICK_UP,
        state=InquiryState.FILED,
        steps=steps,
    )
    changes: dict[str, Any] = {"state": InquiryState.ROUTED if is_open else InquiryState.CLOSED}
    changes |= {"routed_first": department_id, "answered_at": "" if is_open else clock.text(at)}
    changes |= {"department_id": department_id, "due_at": clock.text(at + timedelta(days=3))}
    return filed, msgspec.structs.replace(filed, **changes)


def _text(number: int) -> str:
    """Return words of which some are common and one is rare."""
    return "画像が暗い" if number % 3 else ("転送に失敗" if number % 97 else "画像の転送")


def _put(pk: str, sk: str, more: dict[str, Any]) -> None:
    """Store a row as moto keeps it; its own door would take hours for a million of them."""
    keys = DynamoType({"S": pk}), DynamoType({"S": sk})
    row = Item(
        hash_key=keys[0], range_key=keys[1], attrs={"pk": {"S": pk}, "sk": {"S": sk}, **more}
    )
    _table().items[keys[0]][keys[1]] = row


def _table() -> Any:
    engine: Any = get_backend("dynamodb")[MOTO_ACCOUNT][REGION]
    return engine.tables[settings().box_table]
