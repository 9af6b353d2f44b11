"""Questions a patient may want to ask: made of what the record says, and asserting nothing."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

import msgspec

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Done,
    Finding,
    Instruction,
    Named,
    label,
)
from chalicelib.patient_charts.model import Box, Release
from chalicelib.plain.checking import facts

MOST = 6
OF_ONE_KIND = 2
WORDS = 3  # in one question
LONGEST = 100  # characters of a sentence that still fits into a question
DOUBT = frozenset({"perhaps", "seems", "likely", "rule-out"})


class Topic(StrEnum):
    SURE = "sure"  # how sure is it?
    MEDICINE = "medicine"  # from when, until when?
    UNKNOWN = "unknown"  # it is not recorded: what of it?
    WORDS = "words"  # what do they mean?
    FOUND = "found"  # what does that mean for me?
    NEXT = "next"  # what comes next?


class Question(msgspec.Struct, frozen=True):
    """
    Attributes:
        about: In the doctor's words; nothing where the question is a general one.
    """

    topic: Topic
    about: tuple[str, ...] = ()


def questions(release: Release, chart: Chart) -> tuple[Question, ...]:
    """Return at most MOST questions, few of a kind; the last is always what comes next."""
    found = [
        *islice(_unsure(release, chart), OF_ONE_KIND),
        *islice(_medicines(chart), OF_ONE_KIND),
        *islice(_unknown(chart), OF_ONE_KIND),
        *_words(release),
    ]
    if any(each.box == Box.FOUND for each in release.said):
        found.append(Question(Topic.FOUND))
    return (*found[: MOST - 1], Question(Topic.NEXT))


def _unsure(release: Release, chart: Chart) -> Iterator[Question]:
    yield from (_about(Topic.SURE, each) for each in _seen(chart, Certainty.POSSIBLE))
    for said in release.said:
        is_short = said.source.startswith("narrative:") and len(said.own) <= LONGEST
        if is_short and DOUBT.intersection(facts(said.own, release.language)):
            yield Question(Topic.SURE, (said.own.strip(" .。"),))


def _medicines(chart: Chart) -> Iterator[Question]:
    for each in chart.medicines:
        if each.instruction != Instruction.NONE:
            yield _about(Topic.MEDICINE, each)


def _unknown(chart: Chart) -> Iterator[Question]:
    yield from (_about(Topic.UNKNOWN, each) for each in _seen(chart, Certainty.NOT_RECORDED))
    for each in chart.procedures:
        if each.done == Done.NOT_RECORDED:
            yield _about(Topic.UNKNOWN, each)


def _words(release: Release) -> Iterator[Question]:
    unknown = tuple(each.term for each in release.terms if not each.known)
    if unknown:
        yield Question(Topic.WORDS, unknown[:WORDS])


def _seen(chart: Chart, certainty: Certainty) -> Iterator[Finding | Diagnosis]:
    found: tuple[Finding | Diagnosis, ...] = (*chart.findings, *chart.diagnoses)
    return (each for each in found if each.certainty == certainty)


def _about(topic: Topic, part: Named) -> Question:
    return Question(topic, (label(part),))
