"""
What must hold whatever happened (DESIGN.md, part 3), asked of the stores themselves.

Looked up in moto's own state, past botocore and our code: a hundred times as fast, and nothing of
what is being tested takes part in the judgement.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.models import FakeDeleteMarker

from chalicelib import due
from chalicelib.audit.model import AuditEvent, first_break
from chalicelib.settings import settings
from tests.faults.buffer_invariants import check_buffers, check_buffers_at_rest
from tests.faults.slip_invariants import check_slips
from tests.support.snapshot import dynamodb, s3
from tests.support.world import World

WAITS = {"phase": {"S": "waiting"}}  # as if nothing were to be deleted


def check_always(world: World) -> None:
    """At any moment, also in the middle of things."""
    check_capacity(world)
    check_contract(world)
    check_purge(world)
    check_cases(world)
    check_timers(world)
    check_jobs(world)
    check_money(world)
    check_cards()
    check_charts(world)
    check_slips()
    check_buffers()
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
    check_examinations(world)
    check_pictures(world, set(rows))
    check_buffers_at_rest(set(rows))
    check_charts_at_rest(world)
    check_patient_charts_at_rest(world)


def check_growth(world: World, stored_bytes: int) -> None:
    """All that is stored was stored anew by one batch, and is counted once."""
    grown = sum(int(row["size_bytes"]["N"]) for row in rows_of(world, "GROWTH#").values())
    assert grown == stored_bytes, f"{stored_bytes} bytes are stored, {grown} were counted"


def check_capacity(world: World) -> None:
    """Available, claimed and stored bytes make up the limit, exactly, until they are deleted."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    if is_purged(world) or is_being_purged(world):
        return
    usage = core[f"USAGE#{world.target_id}"]
    limit, available = (int(usage[name]["N"]) for name in ("limit_bytes", "available_bytes"))
    held = sum(int(row["size_bytes"]["N"]) for row in object_rows(world).values())
    assert available + held == limit, f"{limit - available - held} bytes unaccounted for"


def is_purged(world: World) -> bool:
    """Whether everything of the target was deleted: its certificate stands for it."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    return f"USAGE#{world.target_id}" not in core


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


def open_cases(world: World) -> list[str]:
    """Return the keys of the target's open cases."""
    found = rows(settings().catalogue_table, f"FACILITY#{world.facility_id}")
    return [sk for sk in found if sk.startswith(f"CASE#{world.target_id}#")]


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
    assert _number(count, "open_cases") == len(open_ones), "cases are miscounted"
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
    assert [_number(count, "limit_cases")] == limits, "limit and contract differ"
    assert not tools or len(open_ones) <= limits[0], "more cases are open than are paid for"


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
    return {each.value for each in _current(f"c/{world.target_id}/").values()}


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
    kept = _current(f"p/{world.target_id}/")
    withdrawn = {key for key in kept if key.endswith(".withdrawn.json")}
    releases = {each.value for key, each in kept.items() if key not in withdrawn}
    return releases, [json.loads(kept[key].value)["withdrawal"] for key in withdrawn]


def is_being_purged(world: World) -> bool:
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    phase: str = core.get(f"PURGE#{world.target_id}", WAITS)["phase"]["S"]
    return phase != "waiting"


def check_money(world: World) -> None:
    """The ledger sums up to nothing, and says of invoices and payments what they say."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    postings = [json.loads(row["posting"]["S"]) for sk, row in core.items() if sk[:7] == "LEDGER#"]
    assert not any(sum(each["amounts"].values()) for each in postings), "a posting is one-sided"
    sums: Counter[str] = Counter()
    for each in postings:
        sums.update(each["amounts"])
    for account in ("receivable", "credit", "cash", "revenue", "tax", "written_off"):
        kept = sum(_number(row, account) for sk, row in core.items() if sk[:8] == "BALANCE#")
        assert kept == sums[account], f"{account} is not what its postings sum up to"
    assert _number(core.get("CREDIT", {}), "yen") == -sums["credit"], "credit and ledger differ"
    heads = {sk[8:]: row for sk, row in core.items() if sk[:8] == "INVOICE#"}
    unpaid = {no: row for no, row in heads.items() if row["state"]["S"] in {"issued", "overdue"}}
    assert sum(map(_open_yen, unpaid.values())) == sums["receivable"], "invoices and ledger differ"
    assert {sk.split("#")[2] for sk in core if sk[:7] == "UNPAID#"} == set(unpaid), "unpaid"
    check_receipts()


def check_receipts() -> None:
    """What is given of a payment, to whichever facility, has arrived; the rest is work to do."""
    found = rows(settings().core_table, "RECEIPTS")
    receipts = {sk: json.loads(row["receipt"]["S"]) for sk, row in found.items()}
    given: Counter[str] = Counter()
    for sk, row in rows_of_facilities():
        if sk[:8] == "SETTLED#" and sk.split("#")[2] in receipts:
            given[sk.split("#")[2]] += json.loads(row["settled"]["S"])["amount_yen"]
        if sk[:7] == "LEDGER#":
            posting = json.loads(row["posting"]["S"])
            if posting["event"] == "kept":
                given[posting["subject"]] += posting["amounts"]["cash"]
    for receipt_id, each in receipts.items():
        assert each["amount_yen"] - each["left_yen"] == given[receipt_id], "a payment got lost"
    waiting = {
        sk for sk, each in receipts.items() if each["left_yen"] and not each.get("set_aside")
    }
    assert set(rows(settings().core_table, "WORK")) == waiting, "a payment waits for nobody"


def _number(row: dict[str, Any], name: str) -> int:
    return int(row.get(name, {"N": "0"})["N"])


def _open_yen(head: dict[str, Any]) -> int:
    total_yen = json.loads(head["document"]["S"])["total_yen"]
    return int(total_yen) - _number(head, "paid_yen") - _number(head, "credited_yen")


def check_batches(world: World, stored: set[str]) -> None:
    """A finished batch has its one manifest; what a manifest names is stored."""
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


def object_rows(world: World) -> dict[str, dict[str, Any]]:
    """Return the target's object rows by SHA-256."""
    found = rows_of(world, "OBJECT#")
    return {sk.removeprefix("OBJECT#"): row for sk, row in found.items()}


def check_cards() -> None:
    """A patient is under a card exactly where the card says so; each card under a root it names."""
    core = dynamodb().tables[settings().core_table].items
    linked: set[tuple[str, str]] = set()
    people: dict[str, dict[str, Any]] = {}
    for pk in (str(each.value) for each in list(core)):
        if pk.startswith("NETWORK#"):
            people[pk.removeprefix("NETWORK#")] = rows(settings().core_table, pk)["PERSON"]
        if pk.startswith("FACILITY#"):
            linked |= _links(pk)
    listed = {(one, each) for one, row in people.items() for each in _texts(row, "links")}
    assert listed == linked, "links and cards differ"
    for one, row in people.items():
        root = people[row["root"]["S"]]
        assert one in json.loads(root["members"]["S"]), "a card under a root that does not know it"


def _links(pk: str) -> set[tuple[str, str]]:
    """Return the links in force of a facility: whose card, and how the card names them."""
    found = {
        sk.removeprefix("NETLINK#"): json.loads(row["link"]["S"])
        for sk, row in rows(settings().core_table, pk).items()
        if sk.startswith("NETLINK#")
    }
    return {
        (link["person_id"], f"{link['facility_id']} {patient_key}")
        for patient_key, link in found.items()
    }


def _texts(row: dict[str, Any], name: str) -> list[str]:
    return list(row.get(name, {}).get("SS", ()))


def rows_of(world: World, prefix: str) -> dict[str, dict[str, Any]]:
    """Return the target's catalogue rows whose sort key begins with *prefix*."""
    found = rows(settings().catalogue_table, f"TARGET#{world.target_id}")
    return {sk: row for sk, row in found.items() if sk.startswith(prefix)}


def rows(table: str, pk: str) -> dict[str, dict[str, Any]]:
    """Return the rows of one partition by sort key, in order."""
    items = dynamodb().tables[table].items.get(DynamoType({"S": pk}), {})
    return {sk: items[DynamoType({"S": sk})].to_json()["Attributes"] for sk in _sorted(items)}


def rows_of_facilities() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield sort key and row of everything any facility has."""
    for each in list(dynamodb().tables[settings().core_table].items):
        if str(each.value).startswith("FACILITY#"):
            yield from rows(settings().core_table, str(each.value)).items()


def _sorted(keys: Iterable[Any]) -> list[str]:
    return sorted(str(key.value) for key in keys)


def audit_rows(world: World) -> list[tuple[int, AuditEvent, str]]:
    """Return (number, event, hash) of the facility's chain."""
    found = rows(settings().core_table, f"AUDIT#{world.facility_id}")
    return [
        (int(sk), msgspec.json.decode(row["event"]["S"], type=AuditEvent), row["hash"]["S"])
        for sk, row in found.items()
    ]


def objects_in_s3(world: World) -> dict[str, int]:
    """Return size by SHA-256 of the target's current objects."""
    stored = _current(f"t/{world.target_id}/")
    return {key.rpartition("/")[2]: each.size for key, each in stored.items()}


def versions_in_s3(world: World) -> list[str]:
    """Return the keys of all versions of the target, hidden ones too."""
    keys = s3().buckets[settings().objects_bucket].keys
    places = tuple(f"{each}/{world.target_id}/" for each in "tmc")
    return [key for key in keys if key.startswith(places)]


def made_of_objects(world: World) -> list[str]:
    """Return the keys of all that was made of the target's objects."""
    keys = s3().buckets[settings().derived_bucket].keys
    return [key for key in keys if f"/{world.target_id}/" in key]


def pictures_in_s3(world: World) -> dict[str, int]:
    """Return size by key of the target's pictures."""
    keys = s3().buckets[settings().derived_bucket].keys
    return {key: keys[key].size for key in keys if key.startswith(f"p/{world.target_id}/")}


def manifests_of(world: World) -> list[dict[str, Any]]:
    return [json.loads(each.value) for each in _current(f"m/{world.target_id}/").values()]


def _current(prefix: str) -> dict[str, Any]:
    """Return what a listing under *prefix* shows: the newest versions, delete markers aside."""
    keys = s3().buckets[settings().objects_bucket].keys
    newest = {key: keys[key] for key in keys if key.startswith(prefix)}
    return {key: at for key, at in newest.items() if not isinstance(at, FakeDeleteMarker)}
