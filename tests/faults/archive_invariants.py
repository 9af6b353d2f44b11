"""What must hold of the archive: capacity, batches, examinations and pictures."""

from __future__ import annotations

import json
from collections import Counter

from chalicelib.settings import settings
from tests.faults.purge_invariants import is_being_purged, is_purged
from tests.faults.stored import manifests_of, object_rows, pictures_in_s3, rows, rows_of
from tests.support.world import World


def check_capacity(world: World) -> None:
    """Available, claimed and stored bytes make up the limit, exactly, until they are deleted."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    if is_purged(world) or is_being_purged(world):
        return
    usage = core[f"USAGE#{world.target_id}"]
    limit, available = (int(usage[name]["N"]) for name in ("limit_bytes", "available_bytes"))
    held = sum(int(row["size_bytes"]["N"]) for row in object_rows(world).values())
    assert available + held == limit, f"{limit - available - held} bytes unaccounted for"


def check_growth(world: World, stored_bytes: int) -> None:
    """All that is stored was stored anew by one batch, and is counted once."""
    grown = sum(int(row["size_bytes"]["N"]) for row in rows_of(world, "GROWTH#").values())
    assert grown == stored_bytes, f"{stored_bytes} bytes are stored, {grown} were counted"


def check_batches(world: World, stored: set[str]) -> None:
    """A finished batch has its one manifest; what it names is stored, or erased on purpose."""
    stored = stored | {sk.removeprefix("ERASED#") for sk in rows_of(world, "ERASED#")}
    manifests = manifests_of(world)
    finished = {
        sk.removeprefix("BATCH#")
        for sk, row in rows_of(world, "BATCH#").items()
        if row["state"]["S"] in {"complete", "partial"}
    }
    named = [each["batch_id"] for each in manifests]
    assert sorted(named) == sorted(set(named)), "a batch has two manifests"
    assert finished == set(named), "finished batches and manifests differ"
    for manifest in manifests:
        missing = {each["sha256"] for each in manifest["entries"]} - stored
        assert not missing, "a manifest names what is not stored"


def check_examinations(world: World) -> None:
    """An examination counts every file that manifests give it, once."""
    given = Counter(
        entry["examination_id"] for each in manifests_of(world) for entry in each["entries"]
    )
    counted = {
        sk.removeprefix("EXAM#"): int(row["objects"]["N"])
        for sk, row in rows_of(world, "EXAM#").items()
    }
    assert counted == given, "an examination's files are miscounted"


def check_pictures(world: World, stored: set[str]) -> None:
    """What is known of pictures is there, and belongs to what is stored; nothing else is there."""
    known = {
        sk.removeprefix("PICTURE#"): json.loads(row["picture"]["S"])
        for sk, row in rows_of(world, "PICTURE#").items()
    }
    assert set(known) <= stored, "pictures of what is not stored"
    told = {
        f"p/{world.target_id}/{sha256}/{name}.webp": size
        for sha256, each in known.items()
        for name, size in each["sizes"].items()
    }
    assert told == pictures_in_s3(world), "pictures and what is known of them differ"
