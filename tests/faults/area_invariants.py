"""What must hold of a rented area whatever happened, asked of the stores themselves."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.areas import store
from chalicelib.settings import settings
from tests.support.snapshot import dynamodb, s3
from tests.support.world import World


def check_area(world: World) -> None:
    """Rows are what the log says; names, contents, bin and batches are each whole."""
    entries, revision = log_of(world.target_id), revision_of(world.target_id)
    assert len(entries) - revision in {0, 1}, "the rows are of no moment of the log"
    held = rows_of(world.target_id)
    assert held == replayed(entries[:revision]), "rows and log differ"
    check_before(entries)
    nodes = {sk[5:]: json.loads(body) for sk, body in held.items() if sk.startswith("NODE#")}
    check_names(held, nodes)
    check_contents(world, held, nodes)
    check_bin(world, held, nodes)


def check_names(held: dict[str, str], nodes: dict[str, Any]) -> None:
    """A node has one name in one folder that is there; and from each one the root is reached."""
    children = [(sk, json.loads(body)) for sk, body in held.items() if sk.startswith("CHILD#")]
    named = {child["node_id"]: (sk.split("#")[1], child["name"]) for sk, child in children}
    assert len(named) == len(children), "a node has two names"
    inside = {key: each for key, each in nodes.items() if each["parent_id"] != "bin"}
    assert named == {key: (each["parent_id"], each["name"]) for key, each in inside.items()}
    for node_id in nodes:
        seen, at = set[str](), node_id
        while at not in {"root", "bin"}:
            assert at not in seen, "a folder is in itself"
            seen.add(at)
            at = nodes[at]["parent_id"]


def check_contents(world: World, held: dict[str, str], nodes: dict[str, Any]) -> None:
    """Each content that a file has or had is noted as such, is stored, and none else is noted."""
    has = {(each["sha256"], key) for key, each in nodes.items() if each.get("sha256")}
    for sk, body in held.items():
        if sk.startswith("FILEVERSION#"):
            has.add((json.loads(body)["sha256"], sk.split("#")[1]))
    noted = {tuple(sk.split("#")[1:]) for sk in held if sk.startswith("REFERENCE#")}
    assert noted == has, "what refers to a content is not noted as it is"
    loose = {sk.partition("#")[2] for sk in held if sk.startswith("UNREFERENCED#")}
    assert not loose & {sha256 for sha256, _ in has}, "a file's content waits to be erased"
    rows = _rows(settings().catalogue_table, f"TARGET#{world.target_id}")
    for sha256, _ in has:
        state = rows.get(f"OBJECT#{sha256}", {}).get("state", {}).get("S")
        assert state in {"stored", "erasing"}, "a file has lost its content"
        assert _is_in_s3(f"t/{world.target_id}/{sha256}"), "a file has lost its bytes"


def check_bin(world: World, held: dict[str, str], nodes: dict[str, Any]) -> None:
    """What lies in the bin, or has no file any more, is looked at some time."""
    binned = {sk.split("#")[2] for sk in held if sk.startswith("BINNED#")}
    assert binned == {key for key, each in nodes.items() if each["parent_id"] == "bin"}
    core = _rows(settings().core_table, f"FACILITY#{world.facility_id}")
    waits = binned or [sk for sk in held if sk.startswith("UNREFERENCED#")]
    assert not waits or f"AREABIN#{world.target_id}" in core, "nobody looks at the bin"


def check_batches_placed(world: World) -> None:
    """What a finished batch brought is in the tree, or waits for it."""
    rows = _rows(settings().catalogue_table, f"TARGET#{world.target_id}")
    core = _rows(settings().core_table, f"FACILITY#{world.facility_id}")
    if core[f"TARGET#{world.target_id}"]["kind"]["S"] != "area":
        return
    for sk, row in rows.items():
        batch_id = sk.removeprefix("BATCH#")
        if (
            sk.startswith("BATCH#")
            and int(row["stored"]["N"])
            and f"PLACING#{batch_id}" not in core
        ):
            placed = json.loads(rows[f"PLACED#{batch_id}"]["body"]["S"])
            assert placed["done"] == placed["total"] == int(row["stored"]["N"])


def check_before(entries: list[dict[str, Any]]) -> None:
    """A change tells what the nodes that it changes were before it: restores go back by that."""
    held: dict[str, str] = {}
    for entry in entries:
        changed = [sk for sk in (*entry["puts"], *entry["drops"]) if sk.startswith("NODE#")]
        assert entry["before"] == {sk: held.get(sk) for sk in changed}, "it was otherwise before"
        held |= entry["puts"]
        for sk in entry["drops"]:
            held.pop(sk, None)


def replayed(entries: list[dict[str, Any]]) -> dict[str, str]:
    held: dict[str, str] = {}
    for entry in entries:
        held |= entry["puts"]
        for sk in entry["drops"]:
            held.pop(sk, None)
    return held


def log_of(target_id: str) -> list[dict[str, Any]]:
    prefix = f"areas/{target_id}/"
    keys = s3().buckets[settings().objects_bucket].keys
    named = sorted(key for key in keys if key.startswith(prefix))
    entries = [json.loads(keys[key].value) for key in named]
    assert [each["revision"] for each in entries] == list(range(1, len(entries) + 1))
    return entries


def revision_of(target_id: str) -> int:
    row = _rows(settings().catalogue_table, f"TARGET#{target_id}").get("AREA")
    return int(row["revision"]["N"]) if row else 0


def rows_of(target_id: str) -> dict[str, str]:
    rows = _rows(settings().catalogue_table, f"TARGET#{target_id}")
    return {sk: row["body"]["S"] for sk, row in rows.items() if sk.startswith(store.PREFIXES)}


def _is_in_s3(key: str) -> bool:
    return key in s3().buckets[settings().objects_bucket].keys


def _rows(table: str, pk: str) -> dict[str, Any]:
    items = dynamodb().tables[table].items
    found = {key.value: rows for key, rows in items.items()}.get(pk, {})
    return {key.value: row.to_json()["Attributes"] for key, row in found.items()}
