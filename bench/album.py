"""What a page of the album costs, with a hundred examinations stored and a hundred thousand."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from bench.counting import Tally, counted
from bench.figures import Figure
from bench.world import on_moto
from chalicelib.access.model import Role
from chalicelib.settings import settings
from infra.provision import MOTO_ACCOUNT
from infra.template import REGION
from tests.album.scene import with_tool
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

FEW, MANY = 100, 100_000
PATIENTS = 1_000
COMMON = ("GetItem", "TransactWriteItems")  # the session's and the audit row's, as on every page


def figures() -> Iterator[Figure]:
    """Yield requests and bytes of a page of 40, and how they grow."""
    with on_moto() as (world, _):
        with_tool(world)
        visitor = signed_in(Role.DOCTOR, world.facility_id)
        visitor.get("/portal/album")  # the facility's zone is asked for once a process
        stored, pages = 0, []
        for wanted in (FEW, MANY):
            _fill(world, stored, wanted)
            stored = wanted
            pages.append(_page(visitor))
    (few, size_bytes), (many, _) = pages
    yield Figure("DynamoDB calls for a page of 40", few, 3, digits=0)
    yield Figure(f"the same with {MANY:,} examinations", many, 3, digits=0)
    yield Figure("HTML of a page of 40, on the wire", size_bytes / 1_000, 30, "KB", 1)


def _page(visitor: Visitor) -> tuple[int, int]:
    """Return the calls a page takes beyond those of every page, and its compressed bytes."""
    tally = Tally()
    with counted(tally):
        answer = visitor.get("/portal/album")
    assert answer.text.count('<li class="card') == 40, answer.status
    calls = sum(count for (_, name), count in tally.calls.items() if name not in COMMON)
    return calls, len(gzip.compress(answer.text.encode()))


def _fill(world: World, first: int, last: int) -> None:
    """Put examinations number *first* to *last* straight into moto's table, and their patients."""
    engine: Any = get_backend("dynamodb")[MOTO_ACCOUNT][REGION]
    pk = {"S": f"TARGET#{world.target_id}"}
    for number in range(first, last):
        patient = f"patient-{number % PATIENTS:020}"
        if number < PATIENTS:
            row = {"patient_id": f"{number:08}", "patient_name": "YAMADA^HANAKO=山田^花子"}
            engine.put_item(settings().catalogue_table, _item(pk, f"PATIENT#{patient}", row))
        exam_id = f"exam-{number:020}"
        day = f"20{number % 25:02}-{number % 12 + 1:02}-{number % 28 + 1:02}"
        row = {"listing_sk": f"{day}#{exam_id}", "examined_at": day, "kind": "EGD"}
        row |= {"patient_key": patient, "description": "Screening", "described_by": "x#y"}
        item = _item(pk, f"EXAM#{exam_id}", row) | {"listing_pk": pk, "objects": {"N": "24"}}
        engine.put_item(settings().catalogue_table, item | {"size_bytes": {"N": "48000000"}})


def _item(pk: dict[str, str], sk: str, texts: dict[str, str]) -> dict[str, Any]:
    return {"pk": pk, "sk": {"S": sk}, **{name: {"S": text} for name, text in texts.items()}}
