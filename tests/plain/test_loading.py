"""Words are read when the first text is converted, and asked of the witness as they are met."""

from __future__ import annotations

import subprocess
import sys

IMPORTED = """
import sys
opened = []
sys.addaudithook(lambda name, args: opened.append(str(args[0])) if name == "open" else None)
import chalicelib.plain
print(sum(each.endswith((".jsonl", ".tsv", ".txt")) for each in opened))
"""
CONVERTED = """
from chalicelib.plain import convert, lexicon
convert("An ulcer of the stomach was seen.")
print(lexicon.faithful.cache_info().misses)
"""


def printed(program: str) -> int:
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return int(ran.stdout)


def test_importing_reads_no_words() -> None:
    assert printed(IMPORTED) == 0


def test_only_the_words_that_are_met_are_asked_of_the_witness() -> None:
    assert 0 < printed(CONVERTED) < 10
