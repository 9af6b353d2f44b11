"""
What must hold whatever happened (DESIGN.md, part 3), asked of the stores themselves (stored.py).

Each idea has a file of its own beside this one.
"""

from __future__ import annotations

from chalicelib.audit.model import first_break
from tests.faults.archive_invariants import (
    check_batches,
    check_capacity,
    check_examinations,
    check_growth,
    check_pictures,
)
from tests.faults.area_invariants import check_area, check_batches_placed
from tests.faults.buffer_invariants import check_buffers, check_buffers_at_rest
from tests.faults.card_invariants import check_cards
from tests.faults.chart_invariants import (
    check_charts,
    check_charts_at_rest,
    check_patient_charts,
    check_patient_charts_at_rest,
)
from tests.faults.contract_invariants import check_cases, check_contract
from tests.faults.inquiry_invariants import check_inquiries
from tests.faults.money_invariants import check_money
from tests.faults.purge_invariants import check_purge
from tests.faults.slip_invariants import check_slips
from tests.faults.stored import audit_rows, object_rows, objects_in_s3
from tests.faults.time_invariants import check_jobs, check_timers
from tests.support.world import World


def check_always(world: World) -> None:
    """At any moment, also in the middle of things."""
    check_capacity(world)
    check_contract(world)
    check_purge(world)
    check_cases(world)
    check_area(world)
    check_timers(world)
    check_jobs(world)
    check_money(world)
    check_cards()
    check_charts(world)
    check_slips()
    check_buffers()
    check_inquiries()
    check_patient_charts(world)
    assert first_break(audit_rows(world)) is None, "the audit chain is broken"


def check_at_rest(world: World) -> None:
    """Once everything has been delivered and swept."""
    check_always(world)
    rows, bucket = object_rows(world), objects_in_s3(world)
    claimed = [digest for digest, row in rows.items() if row["state"]["S"] == "claimed"]
    assert claimed == [], "a claim was never released"
    sizes = {digest: int(row["size_bytes"]["N"]) for digest, row in rows.items()}
    assert sizes == bucket, "catalogue and bucket differ"
    check_growth(world, sum(sizes.values()))
    check_batches(world, set(rows))
    check_batches_placed(world)
    check_examinations(world)
    check_pictures(world, set(rows))
    check_buffers_at_rest(set(rows))
    check_charts_at_rest(world)
    check_patient_charts_at_rest(world)
