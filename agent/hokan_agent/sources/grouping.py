"""Which files share a batch: all of them, or those of one patient or of one examination."""

from __future__ import annotations

from collections.abc import Iterable

from hokan_agent.sources.sidecars import Examination
from hokan_agent.upload.entries import Said

GROUPED = frozenset({"patient", "examination"})  # the batch scopes that part a backup

Group = tuple[str | None, list[Said]]  # the id of whom or what it holds, None where nobody said


def grouped(scope: str, files: Iterable[tuple[Said, Examination | None]]) -> list[Group]:
    """Return *files*, each with its examination, by the batch they belong to, in their order."""
    groups: dict[str | None, list[Said]] = {}
    for said, examination in files:
        groups.setdefault(_of(scope, examination), []).append(said)
    return list(groups.items())


def _of(scope: str, examination: Examination | None) -> str | None:
    """
    Return the id a file's batch is of.

    >>> _of("patient", {"id": "E-1", "patient": {"id": "P-1"}}), _of("examination", {"id": "E-1"})
    ('P-1', 'E-1')
    """
    if scope not in GROUPED or examination is None:
        return None
    told = examination.get("patient") if scope == "patient" else examination
    return str(told["id"]) if told else None
