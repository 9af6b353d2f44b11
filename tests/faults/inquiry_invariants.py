"""What must hold of inquiries: whatever is listed, counted or due follows from what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from chalicelib.inquiries import rows
from chalicelib.inquiries.model import Inquiry, InquiryState, Message
from chalicelib.inquiries.rows import Key
from chalicelib.inquiries.store import month_of
from chalicelib.settings import settings
from tests.support.snapshot import dynamodb, s3

LISTS = ("ASKER#", "ANSWERS#", "INBOX#", "INQUIRYBOX#")
WORDS = "INQUIRYBOX#w:"  # found by words: at least what is in the box, see the search


def check_inquiries() -> None:
    """At any moment, also in the middle of things."""
    found = heads()
    wanted = [key for each in found.values() for key in rows.listed(each)]
    assert len(wanted) == len(set(wanted)), "two inquiries are listed at one place"
    assert set(listed()) == set(wanted), "a listing is not what inquiries are"
    assert due() == {each.inquiry_id: each.look_at for each in found.values() if each.look_at}
    opened = Counter(each.facility_id for each in found.values() if each.is_open)
    assert rooms() == dict(opened), "what is open is miscounted"
    assert counters() == counted(found.values()), "figures are not what happened"
    _check_messages(found)


def _check_messages(found: dict[str, Inquiry]) -> None:
    said = messages()
    assert said.keys() == found.keys()
    for inquiry_id, each in found.items():
        numbers = [message.number for message in said[inquiry_id]]
        assert numbers == list(range(each.messages)), "something was said twice, or lost"
    files = {file.key for each in said.values() for message in each for file in message.files}
    assert files <= set(s3().buckets[settings().objects_bucket].keys), "a file is gone"


def counted(inquiries: Any) -> Counter[Key]:
    """Return what counters must show, but for the time to answer."""
    found: Counter[Key] = Counter()
    for each in inquiries:
        month = rows.figures(month_of(each))
        if InquiryState.COLLECTED in {step.state for step in each.steps}:
            found[month, f"filed#kind#{each.kind}"] += 1
            found[month, f"filed#facility#{each.facility_id}"] += 1
        if each.routed_first:
            found[month, f"filed#department#{each.routed_first}"] += 1
        if each.answered_at:
            found[month, f"answered#kind#{each.kind}"] += 1
            found[rows.figures_of(month_of(each), each.facility_id), ""] += 1
            answering = next(step for step in each.steps if step.state is InquiryState.ANSWERED)
            found[month, f"answered#department#{answering.department_id}"] += 1
    return found


def counters() -> Counter[Key]:
    """Return what is counted, all times to answer in one."""
    found: Counter[Key] = Counter()
    for pk, sk, row in _rows(settings().box_table, ("FIGURES#",), ""):
        name = sk if sk.startswith("filed#") else sk.rpartition("#")[0]
        found[pk, name] += int(row["number"]["N"])
    return found


def heads() -> dict[str, Inquiry]:
    """Return every inquiry, by its id."""
    found = _rows(settings().box_table, ("INQUIRY#",), "HEAD")
    read = [msgspec.json.decode(row["inquiry"]["S"], type=Inquiry) for *_, row in found]
    return {each.inquiry_id: each for each in read}


def messages() -> dict[str, list[Message]]:
    """Return what was said, in order, by inquiry."""
    found: dict[str, list[Message]] = {}
    for pk, _, row in sorted(_rows(settings().box_table, ("INQUIRY#",), "MESSAGE#"), key=_place):
        said = msgspec.json.decode(row["message"]["S"], type=Message)
        found.setdefault(pk.removeprefix("INQUIRY#"), []).append(said)
    return found


def listed() -> Iterator[Key]:
    for pk, sk, _ in _rows(settings().box_table, LISTS, ""):
        if not pk.startswith(WORDS):
            yield pk, sk


def due() -> dict[str, str]:
    found = _rows(settings().core_table, ("FACILITY#",), "INQUIRY#")
    return {sk.removeprefix("INQUIRY#"): row["due_at"]["S"] for _, sk, row in found}


def rooms() -> dict[str, int]:
    """Return what is open, by facility; nothing of those that have none."""
    found = _rows(settings().core_table, ("FACILITY#",), "INQUIRIES#")
    taken = {pk.removeprefix("FACILITY#"): int(row["open"]["N"]) for pk, _, row in found}
    return {facility_id: number for facility_id, number in taken.items() if number}


def _place(row: tuple[str, str, Any]) -> tuple[str, str]:
    return row[:2]


def _rows(table: str, partitions: tuple[str, ...], prefix: str) -> Iterator[tuple[str, str, Any]]:
    for pk, items in dynamodb().tables[table].items.items():
        if pk.value.startswith(partitions):
            for sk, item in items.items():
                if sk.value.startswith(prefix):
                    yield pk.value, sk.value, item.to_json()["Attributes"]
