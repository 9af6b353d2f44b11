"""What must hold of charts: what is signed or released lies in the bucket, word for word."""

from __future__ import annotations

import json
from typing import Any

from tests.faults.purge_invariants import is_being_purged
from tests.faults.stored import current, rows_of
from tests.support.world import World


def check_charts(world: World) -> None:
    """What the catalogue says is signed lies in the bucket, word for word."""
    if is_being_purged(world):
        return
    bucket, versions = signed_in_s3(world), rows_of(world, "CHARTVERSION#")
    signed = {row["signed"]["S"].encode() for row in versions.values()}
    assert signed <= bucket, "a version that no bucket holds"
    heads = rows_of(world, "CHART#").values()
    current = {row["current"]["S"].encode() for row in heads if "current" in row}
    assert current <= signed, "a chart holds that nobody signed"


def check_charts_at_rest(world: World) -> None:
    """What the bucket holds is in the catalogue, and the newest version holds."""
    versions = rows_of(world, "CHARTVERSION#")
    assert {row["signed"]["S"].encode() for row in versions.values()} == signed_in_s3(world)
    newest = {sk.split("#")[1]: row["signed"]["S"] for sk, row in versions.items()}
    heads = rows_of(world, "CHART#").items()
    current = {sk.split("#")[1]: row["current"]["S"] for sk, row in heads if "current" in row}
    assert current == newest, "another version holds than the newest"


def signed_in_s3(world: World) -> set[bytes]:
    """Return the charts that the bucket holds."""
    return {each.value for each in current(f"c/{world.target_id}/").values()}


def check_patient_charts(world: World) -> None:
    """What the catalogue says is released or withdrawn lies in the bucket, word for word."""
    if is_being_purged(world):
        return
    releases, withdrawals = kept_of_patient_charts(world)
    listed = rows_of(world, "PATIENTRELEASE#").values()
    released = {row["released"]["S"].encode() for row in listed}
    assert released <= releases, "a release that no bucket holds"
    heads = rows_of(world, "PATIENTCHART#").values()
    current = {row["current"]["S"].encode() for row in heads if "current" in row}
    assert current <= released, "a release holds that nobody made"
    withdrawn = [json.loads(row["withdrawal"]["S"]) for row in heads if "withdrawal" in row]
    assert all(each in withdrawals for each in withdrawn), "a withdrawal that no bucket holds"


def check_patient_charts_at_rest(world: World) -> None:
    """What the bucket holds is in the catalogue, and the newest release holds."""
    listed, heads = rows_of(world, "PATIENTRELEASE#"), rows_of(world, "PATIENTCHART#")
    releases, _ = kept_of_patient_charts(world)
    assert {row["released"]["S"].encode() for row in listed.values()} == releases
    newest = {
        sk.rpartition("#")[0].partition("#")[2]: row["released"] for sk, row in listed.items()
    }
    held = {sk.partition("#")[2]: row["current"] for sk, row in heads.items() if "current" in row}
    assert held == newest, "another release holds than the newest"


def kept_of_patient_charts(world: World) -> tuple[set[bytes], list[Any]]:
    """Return the releases that the bucket holds, and the withdrawals."""
    kept = current(f"p/{world.target_id}/")
    withdrawn = {key for key in kept if key.endswith(".withdrawn.json")}
    releases = {each.value for key, each in kept.items() if key not in withdrawn}
    return releases, [json.loads(kept[key].value)["withdrawal"] for key in withdrawn]
