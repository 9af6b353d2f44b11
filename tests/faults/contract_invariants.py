"""What must hold of contracts and of the display tool's cases that they pay for."""

from __future__ import annotations

import json

from chalicelib.settings import settings
from tests.faults.purge_invariants import is_purged
from tests.faults.stored import number, rows
from tests.support.world import World


def check_contract(world: World) -> None:
    """The plan in force is the contract's, its capacity the limit, and its version is kept."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    plan = core[f"TARGET#{world.target_id}"]["contract"]["S"]
    agreed = json.loads(plan)
    assert core[f"CONTRACT#{agreed['contract_id']}"]["contract"]["S"] == plan, "plan and contract"
    if not is_purged(world):
        limit_bytes = int(core[f"USAGE#{world.target_id}"]["limit_bytes"]["N"])
        assert limit_bytes == agreed["capacity_bytes"], "limit and contract differ"
    kept = core[f"VERSION#{agreed['contract_id']}#{agreed['version']:06}"]["contract"]["S"]
    assert json.loads(kept)["terms_sha256"] == agreed["terms_sha256"], "another version is kept"


def check_cases(world: World) -> None:
    """As many cases are counted as are open; the tool in force, if any, sets the limit."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    found = rows(settings().catalogue_table, f"FACILITY#{world.facility_id}")
    count = found.get("CASES", {})
    open_ones = [sk for sk in found if sk.startswith("CASE#")]
    assert number(count, "open_cases") == len(open_ones), "cases are miscounted"
    tools = {
        sk.removeprefix("TARGET#"): plan
        for sk, row in core.items()
        if row.get("kind", {}).get("S") == "display" and "S" in row.get("contract", {})
        if (plan := json.loads(row["contract"]["S"]))["state"] != "ended"
    }
    assert len(tools) <= 1, "two display tools are in force"
    holder = {count["tool_id"]["S"]} if "tool_id" in count else set()
    assert holder == set(tools), "the limit is another tool's"
    limits = [100 + 50 * plan["case_units"] for plan in tools.values()] or [0]
    assert [number(count, "limit_cases")] == limits, "limit and contract differ"
    assert not tools or len(open_ones) <= limits[0], "more cases are open than are paid for"
