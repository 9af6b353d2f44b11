"""What patterns and sidecars say of a folder, shown before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hokan_agent.commands.reporting import printable
from hokan_agent.sources.layout import Layout
from hokan_agent.sources.scan import scan
from hokan_agent.sources.sidecars import Examination, Sidecars

EXAMPLES = 5


def tried(folder: Path, patterns: Iterable[str]) -> str:
    """Return what would be known of the files below *folder*; raises FolderUnreadable."""
    seen = scan(folder)
    sidecars = Sidecars(seen)
    layout = Layout(sidecars, patterns)
    said = [(each, layout.examination_of(each)) for each in seen.files]
    told = [(each.path, examination) for each, examination in said if examination is not None]
    unknown = [each.path for each, examination in said if layout.is_unknown(each, examination)]
    left_out = [f"{each.path}: {each.reason}" for each in seen.exceptions + sidecars.exceptions]
    return "\n".join(
        [
            f"{len(seen.files)} files, {len(told)} of {_count(told)}",
            *_some("for example:", [f"{path}  ->  {_words(told)}" for path, told in _firsts(told)]),
            *_some(f"{len(unknown)} fit no pattern, and have no examination:", unknown),
            *_some(f"{len(left_out)} left out, or not understood:", left_out),
        ]
    )


def _count(told: list[tuple[str, Examination]]) -> str:
    examinations = {each["id"] for _, each in told}
    patients = {each["patient"]["id"] for _, each in told if "patient" in each}
    return f"{len(examinations)} examinations of {len(patients)} patients"


def _firsts(told: list[tuple[str, Examination]]) -> list[tuple[str, Examination]]:
    """Return one file of each examination."""
    firsts: dict[str, tuple[str, Examination]] = {}
    for path, examination in told:
        firsts.setdefault(examination["id"], (path, examination))
    return list(firsts.values())


def _words(said: Examination) -> str:
    patient = said.get("patient", {})
    whose = " ".join(patient[name] for name in ("id", "name") if name in patient)
    words = {
        "examination": said["id"],
        "patient": whose,
        "at": said.get("examined_at"),
        "kind": said.get("kind"),
    }
    return ", ".join(f"{name} {value}" for name, value in words.items() if value)


def _some(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    more = [f"  ... and {len(lines) - EXAMPLES} more"] if len(lines) > EXAMPLES else []
    return [title, *(f"  {printable(each)}" for each in lines[:EXAMPLES]), *more]
