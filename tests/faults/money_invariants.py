"""What must hold of money: the ledger sums up, and a payment is somewhere."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from chalicelib.settings import settings
from tests.faults.stored import number, rows, rows_of_facilities
from tests.support.world import World


def check_money(world: World) -> None:
    """The ledger sums up to nothing, and says of invoices and payments what they say."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    postings = [json.loads(row["posting"]["S"]) for sk, row in core.items() if sk[:7] == "LEDGER#"]
    assert not any(sum(each["amounts"].values()) for each in postings), "a posting is one-sided"
    sums: Counter[str] = Counter()
    for each in postings:
        sums.update(each["amounts"])
    for account in ("receivable", "credit", "cash", "revenue", "tax", "written_off"):
        kept = sum(number(row, account) for sk, row in core.items() if sk[:8] == "BALANCE#")
        assert kept == sums[account], f"{account} is not what its postings sum up to"
    assert number(core.get("CREDIT", {}), "yen") == -sums["credit"], "credit and ledger differ"
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


def _open_yen(head: dict[str, Any]) -> int:
    total_yen = json.loads(head["document"]["S"])["total_yen"]
    return int(total_yen) - number(head, "paid_yen") - number(head, "credited_yen")
