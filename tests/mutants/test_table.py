"""What `make mutants` says of a run."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.mutants.__main__ import outcomes, percent, table

RESULTS = """
    chalicelib.billing.tax.x_totals__mutmut_1: killed
    chalicelib.billing.tax.x_totals__mutmut_2: survived
    chalicelib.billing.states.xǁLifecycleǁcheck__mutmut_1: timeout
    chalicelib.billing.states.x__article__mutmut_2: no tests
""".splitlines()


def test_mutants_are_counted_by_module() -> None:
    assert outcomes(RESULTS) == {
        "billing.tax": {"killed": 1, "survived": 1},
        "billing.states": {"timeout": 1, "no tests": 1},
    }


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({"killed": 3, "survived": 1}, 75),
        ({"timeout": 1}, 100),
        ({"no tests": 1, "suspicious": 1, "not checked": 1, "killed": 1}, 25),
        ({}, 0),
    ],
)
def test_only_what_the_tests_noticed_is_killed(statuses: dict[str, int], expected: float) -> None:
    assert percent(Counter(statuses)) == expected


def test_the_last_line_is_all_of_them() -> None:
    assert table(outcomes(RESULTS)).splitlines()[-1].split() == ["in", "all", "4", "2", "50.0"]
