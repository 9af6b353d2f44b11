"""`make year`: live a year of several contracts on the movable clock, and print the ledger."""

from __future__ import annotations

import io
import sys
import time
from contextlib import redirect_stdout

import boto3
from chalice.test import Client
from moto import mock_aws

from bench.world import configured
from infra.provision import provision
from infra.template import REGION
from tests.support.quick_aws import quicken
from tests.year.story import EXPECTED, Year, expected_balances


def main() -> int:
    """Live the year; exit 1 when a yen is not where it should be."""
    quicken()
    begun = time.monotonic()
    with mock_aws(), configured(provision(boto3.Session(region_name=REGION), "year")):
        from app import app

        with Client(app) as client, redirect_stdout(io.StringIO()):  # the functions' own logs
            year = Year(client)
        charged, states, balances = year.charged(), year.states(), year.balances()
        postings = [list(year.postings(each)) for each in (year.paying, year.silent)]
    for title, found in zip(
        ("The facility that pays", "The one that never does"), postings, strict=True
    ):
        print(f"\n{title}\n")
        for each in found:
            amounts = ", ".join(f"{name} {yen:+,}" for name, yen in each.amounts.items() if yen)
            print(f"  {each.posted_on}  {each.event:10}  {amounts}")
    print(f"\n{'contract':48} {'charged':>10} {'expected':>10}")
    for name, yen in charged.items():
        print(f"{name:48} {yen:>10,} {EXPECTED[name]:>10,}  {states[name]}")
    wrong = charged != EXPECTED or balances != expected_balances()
    print(
        f"\nA year in {time.monotonic() - begun:.0f} s;",
        "WRONG" if wrong else "every yen as expected",
    )
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
