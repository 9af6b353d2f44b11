"""What must hold of patients' slips: who may come in is decided in one write, or not at all."""

from __future__ import annotations

from typing import Any

from chalicelib.patient_charts.slips.model import WRONG_TRIES
from chalicelib.settings import settings
from tests.support.snapshot import dynamodb


def check_slips() -> None:
    """Two ways lead to every slip that holds, and none to one that was closed."""
    rows = [each.to_json()["Attributes"] for each in box().all_items()]
    slips = [row for row in rows if row["sk"]["S"].startswith("SLIP#")]
    ways = {row["pk"]["S"]: row for row in rows if row["sk"]["S"] == "SLIP"}
    expected = {
        row[key]["S"]: row["sk"]["S"].rpartition("#")[2]
        for row in slips
        for key in ("link_key", "code_key")
        if "revoked_at" not in row
    }
    assert {key: row["slip_id"]["S"] for key, row in ways.items()} == expected
    assert all(0 <= int(row["tries"]["N"]) <= WRONG_TRIES for row in slips)
    replaced = {row["replaced_by"]["S"] for row in slips if "replaced_by" in row}
    assert replaced <= {row["sk"]["S"].rpartition("#")[2] for row in slips}


def box() -> Any:
    return dynamodb().tables[settings().box_table]
