"""What must hold of all that waits for its time: somebody looks at it."""

from __future__ import annotations

import json

from chalicelib import due
from chalicelib.settings import settings
from tests.faults.stored import rows
from tests.support.world import World


def check_timers(world: World) -> None:
    """A nightly plan in force has its one timer, no other has any; what has a term is looked at."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    plans = {
        sk.removeprefix("TARGET#"): json.loads(row["contract"]["S"])
        for sk, row in core.items()
        if sk.startswith("TARGET#") and "S" in row.get("contract", {})
    }
    nightly = {
        (target_id, plan["contract_id"], plan["timing"]["at"])
        for target_id, plan in plans.items()
        if plan["state"] in {"active", "grace"}
        and (plan["timing"] or {}).get("kind") == "nightly"
        and not plan["paused"]
    }
    timers = {sk.removeprefix("TIMER#run#"): row for sk, row in core.items() if "TIMER#run" in sk}
    told = {(sk, row["contract_id"]["S"], row["at"]["S"]) for sk, row in timers.items()}
    assert told == nightly, "timers and nightly plans differ"
    assert all(row["due_shard"]["S"] in due.SHARDS for row in timers.values())
    changing = {sk.removeprefix("TIMER#change#") for sk in core if "TIMER#change" in sk}
    coming = {
        target_id
        for target_id, plan in plans.items()
        if plan["upcoming"] is not None and plan["state"] != "ended"
    }
    assert changing == coming, "changes of a later date and their timers differ"
    looked_at = {
        (sk.removeprefix("AHEAD#"), row["contract_id"]["S"], int(row["revision"]["N"]))
        for sk, row in core.items()
        if sk.startswith("AHEAD#")
    }
    lasting = {
        (target_id, plan["contract_id"], plan["revision"])
        for target_id, plan in plans.items()
        if plan["state"] != "ended" and plan["term"] != "capacity_only"
    }
    assert looked_at == lasting, "a contract goes on or ends unseen"


def check_jobs(world: World) -> None:
    """A job has a target, and is watched until it is over."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    for sk, row in core.items():
        if sk.startswith("JOB#"):
            job = json.loads(row["job"]["S"])
            assert f"TARGET#{job['target_id']}" in core, "a job without a target"
            assert (job["state"], job["revision"]) == (row["state"]["S"], int(row["revision"]["N"]))
            shard = row.get("due_shard", {}).get("S")
            watched = {"waiting": due.SHARDS, "running": due.SHARDS, "missed": ("MISSED",)}
            assert shard in watched.get(job["state"], (None,)), "a job that nobody watches"
