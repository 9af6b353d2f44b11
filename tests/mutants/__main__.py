"""
`make mutants`: change one thing at a time in the rules of money, and see that the tests notice.

What is changed, and by which tests it is to be noticed, is told in pyproject.toml (tool.mutmut).
docs/reliability.md says why the mutants live that do.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
MUTMUT = str(Path(sys.executable).with_name("mutmut"))
TARGET_PERCENT = 90
KILLED = {"killed", "timeout"}  # one that never ends would never get through `make test`
_RESULT = re.compile(r"chalicelib\.(?P<module>[\w.]+)\.x[_ǁ]\S+: (?P<status>.+)")

Outcomes = Mapping[str, Counter[str]]  # by module, how many mutants of each status


def main() -> int:
    """Try every mutant anew; exit 0 when enough of them were killed."""
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    subprocess.run([MUTMUT, "run", "--max-children", "1"], cwd=ROOT, check=True)
    listed = [MUTMUT, "results", "--all", "true"]
    results = subprocess.check_output(listed, cwd=ROOT, text=True).splitlines()
    print("\n".join(line.strip() for line in results if not line.endswith(": killed")))
    found = outcomes(results)
    print(table(found))
    return 0 if percent(sum(found.values(), Counter())) >= TARGET_PERCENT else 1


def outcomes(results: Iterable[str]) -> Outcomes:
    """Return what became of the mutants of each module, from mutmut's list of them."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for line in results:
        if result := _RESULT.search(line):
            found[result["module"]][result["status"]] += 1
    return found


def table(found: Outcomes) -> str:
    """Return mutants and killed ones by module, and in all."""
    rows = [*sorted(found.items()), ("in all", sum(found.values(), Counter()))]
    lines = [f"{'module':28} {'mutants':>8} {'killed':>8} {'%':>6}"]
    lines += [
        f"{module:28} {each.total():8,} {killed(each):8,} {percent(each):6.1f}"
        for module, each in rows
    ]
    return "\n".join(lines)


def killed(statuses: Counter[str]) -> int:
    """Return how many mutants the tests noticed; one that no test runs lives."""
    return sum(statuses[each] for each in KILLED)


def percent(statuses: Counter[str]) -> float:
    """Return the share of mutants that the tests noticed; 0 where there are none."""
    return 100 * killed(statuses) / max(1, statuses.total())


if __name__ == "__main__":
    sys.exit(main())
