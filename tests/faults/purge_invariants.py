"""What must hold of purges: all of it goes, with a certificate, or nothing."""

from __future__ import annotations

import json

from chalicelib import due
from chalicelib.settings import settings
from tests.faults.stored import made_of_objects, rows, rows_of, versions_in_s3
from tests.support.world import World

WAITS = {"phase": {"S": "waiting"}}  # as if nothing were to be deleted


def check_purge(world: World) -> None:
    """What is to be deleted belongs to a contract that ended, and is looked at; else it is gone."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    plan = json.loads(core[f"TARGET#{world.target_id}"]["contract"]["S"])
    purge, certified = core.get(f"PURGE#{world.target_id}"), f"CERTIFICATE#{plan['contract_id']}"
    if is_purged(world):
        assert certified in core, "deleted without a certificate"
        assert not rows_of(world, ""), "the catalogue outlives its objects"
        assert not versions_in_s3(world), "a version outlives its certificate"
        assert not made_of_objects(world), "what was made of objects outlives their certificate"
        assert not open_cases(world), "a case outlives its examination"
    assert (purge is not None) == (plan["state"] == "ended" and not is_purged(world)), "purge"
    if purge is not None:
        assert purge["contract_id"]["S"] == plan["contract_id"], "another contract's purge"
        assert purge["due_shard"]["S"] in due.SHARDS, "a purge that nobody looks at"


def is_purged(world: World) -> bool:
    """Whether everything of the target was deleted: its certificate stands for it."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    return f"USAGE#{world.target_id}" not in core


def is_being_purged(world: World) -> bool:
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    phase: str = core.get(f"PURGE#{world.target_id}", WAITS)["phase"]["S"]
    return phase != "waiting"


def open_cases(world: World) -> list[str]:
    """Return the keys of the target's open cases."""
    found = rows(settings().catalogue_table, f"FACILITY#{world.facility_id}")
    return [sk for sk in found if sk.startswith(f"CASE#{world.target_id}#")]
