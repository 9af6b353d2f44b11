"""What the doctor recorded, a row each: nothing is left out, and what is missing says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Finding,
    Measurement,
    Medicine,
    Named,
    Procedure,
    Quantity,
    Site,
    label,
)


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        site: Where; None for what has no place.
        amount: A number with its unit, or a dose.
        state: How sure it is, whether it was done, or what to do with it; empty for a measurement.
        lacks: What such a row usually tells, and this one does not: ``site``, ``size``, ``dose``.
    """

    what: str
    number: int | None = None
    site: Site | None = None
    amount: str = ""
    state: str = ""
    lacks: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        name: Of the chart's list.
    """

    name: str
    facts: tuple[Fact, ...]


def groups(chart: Chart, numbers: Mapping[int, int]) -> tuple[Group, ...]:
    """Return every list of *chart* that records something."""
    return tuple(_groups(chart, numbers))


def written(quantity: Quantity) -> str:
    """Return a number with its unit; no line ends between them."""
    return f"{quantity.value}\N{NO-BREAK SPACE}{quantity.unit}"


def _groups(chart: Chart, numbers: Mapping[int, int]) -> Iterator[Group]:
    if chart.findings:
        found = (_finding(each, numbers.get(n)) for n, each in enumerate(chart.findings))
        yield Group(name="findings", facts=tuple(found))
    lists: dict[str, tuple[Named, ...]] = {
        "measurements": chart.measurements,
        "diagnoses": chart.diagnoses,
        "procedures": chart.procedures,
        "medicines": chart.medicines,
    }
    for name, parts in lists.items():
        if parts:
            yield Group(name=name, facts=tuple(_fact(each) for each in parts))


def _finding(finding: Finding, number: int | None) -> Fact:
    is_there = finding.certainty in {Certainty.PRESENT, Certainty.POSSIBLE}
    lacks = [] if _is_told(finding.site) else ["site"]
    if is_there and not finding.size:
        lacks.append("size")
    return Fact(
        what=label(finding),
        number=number,
        site=finding.site,
        amount=written(finding.size) if finding.size else "",
        state=finding.certainty,
        lacks=tuple(lacks),
    )


def _fact(part: Named) -> Fact:
    match part:
        case Measurement():
            amount = written(Quantity(value=part.value, unit=part.unit))
            return Fact(what=label(part), site=part.site, amount=amount)
        case Procedure():
            return Fact(what=label(part), site=part.site, state=part.done)
        case Medicine():
            lacks = () if part.dose else ("dose",)
            return Fact(what=label(part), amount=part.dose, state=part.instruction, lacks=lacks)
        case Diagnosis() | Finding():
            return Fact(what=label(part), state=part.certainty)


def _is_told(site: Site) -> bool:
    return site != Site()
