"""A target holds any files: the same contract, quota, restore, bill and deletion as for images."""

from __future__ import annotations

import hashlib

import pytest
from chalice.test import Client

from chalicelib.billing.model import LineKind
from chalicelib.contracts import purging
from tests.archive.test_restores import files, grant
from tests.charging.test_run import BLOCK, a_world, lines
from tests.exports.scene import asked, deliver, files_of, in_bucket
from tests.purges.scene import AFTER, admin, certificate, locks_end, rows_of, versions_of
from tests.purges.scene import deliver as purge
from tests.support.world import World, an_entry, build, days_pass

FILES = {
    "accounts/2026.xlsx": b"PK\x03\x04 figures",
    "accounts/\u63a7\u3048.pdf": b"%PDF-1.7 receipts",
    "program.exe": b"MZ never run",
}


def back_up(world: World, stored: dict[str, bytes] = FILES) -> None:
    """Take *stored* through a batch that names no examination and no patient."""
    batch_id = world.open_batch()
    entries = [an_entry(path, body) for path, body in stored.items()]
    for entry, answer in zip(entries, world.chunk(batch_id, 0, {"entries": entries}), strict=True):
        if answer["state"] == "upload":
            world.put_object(entry["sha256"], stored[entry["path"]])
            world.arrived(entry["sha256"])
    world.finish(batch_id)


@pytest.fixture
def world(client: Client) -> World:
    return build(client)


def test_files_of_any_kind_are_stored_and_belong_to_no_patient(world: World) -> None:
    back_up(world)
    (listed,) = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    assert (listed["objects"], listed["patient_key"]) == (len(FILES), None)


def test_files_of_any_kind_take_of_the_same_capacity(world: World) -> None:
    limit, available = world.usage()
    back_up(world)
    assert world.usage() == (limit, available - sum(map(len, FILES.values())))


def test_more_than_the_contract_holds_is_refused_whatever_it_is(client: Client) -> None:
    world = build(client, capacity_bytes=20)
    entry = an_entry("film.mp4", b"x" * 21)
    (answer,) = world.chunk(world.open_batch(), 0, {"entries": [entry]})
    assert answer["state"] != "upload"


def test_an_agent_gets_them_back_by_path(world: World) -> None:
    back_up(world)
    digests = {path: hashlib.sha256(body).hexdigest() for path, body in FILES.items()}
    assert files(world, grant(world)) == digests


def test_a_zip_has_them_bit_for_bit(world: World) -> None:
    back_up(world)
    export = asked(world)
    assert deliver(world, export)
    assert files_of(in_bucket(export)) == FILES


def test_they_are_billed_as_any_backup(client: Client) -> None:
    world = a_world(client, term="monthly", capacity_bytes=BLOCK)
    back_up(world)
    world.tick()
    assert [(each.kind, each.amount_yen) for each in lines(world)] == [(LineKind.BACKUP, 1_000)]


def test_they_are_deleted_with_what_the_contract_left(world: World) -> None:
    back_up(world)
    world.admin.post(f"/contracts/{world.contract_id}/end")
    purging.ask(admin(world), world.contract_id, "Endoscopy")
    days_pass(world, AFTER)
    locks_end()
    assert purge(world)
    told = certificate(world)
    assert told is not None
    assert told.objects == len(FILES)
    assert (rows_of(world.target_id), versions_of(world.target_id)) == ({}, {})
