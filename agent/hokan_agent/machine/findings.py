"""What a check of this machine found, for people and, with --json, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, NamedTuple


class Level(IntEnum):
    """How bad it is."""

    OK = 0
    ATTENTION = 1
    WRONG = 2


class Finding(NamedTuple):
    """
    What one check found.  No field names a patient, or a file inside a folder.

    Attributes:
        mend: What to do about it; "" where there is nothing to do.
    """

    check: str
    level: Level
    found: str
    mend: str = ""


def ok(check: str, found: str) -> Finding:
    return Finding(check, Level.OK, found)


def attention(check: str, found: str, mend: str) -> Finding:
    return Finding(check, Level.ATTENTION, found, mend)


def wrong(check: str, found: str, mend: str) -> Finding:
    return Finding(check, Level.WRONG, found, mend)


def worst(findings: Iterable[Finding]) -> Level:
    return max((each.level for each in findings), default=Level.OK)


def as_text(finding: Finding) -> str:
    """
    Return a finding as one line.

    >>> as_text(attention("clock", "90 s behind", "timedatectl set-ntp true"))
    'attention  clock        90 s behind  ->  timedatectl set-ntp true'
    """
    mend = f"  ->  {finding.mend}" if finding.mend else ""
    return f"{finding.level.name.lower():<9}  {finding.check:<11}  {finding.found}{mend}"


def as_json(findings: list[Finding]) -> dict[str, Any]:
    return {
        "outcome": worst(findings).name.lower(),
        "findings": [each._asdict() | {"level": each.level.name.lower()} for each in findings],
    }
