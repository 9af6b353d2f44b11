"""What must hold of patients' cards: links and cards tell the same."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.settings import settings
from tests.faults.stored import rows
from tests.support.snapshot import dynamodb


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
