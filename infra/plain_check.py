"""
`python -m infra.plain_check FOLDER`: convert every report of a folder, and look for what changed.

Reports are .txt files, or records with a text (or a body) in .json files.  Each plain sentence is
held against its source, and each whole report against what came of it, so that nothing is lost
between sentences either.  Told are the counts, each difference, how easy the plain words read,
how many sentences stayed the doctor's own, and which words nobody explains.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any, NamedTuple

from chalicelib.plain import Language, Plain, Sentence, convert, readability
from chalicelib.plain.checking import differences, facts
from infra import plain_words
from infra.plain import Unreadable, read

_SHOWN = 40  # words


class Report(NamedTuple):
    name: str
    text: str
    language: Language


@dataclass
class Tally:
    """What was found in all reports."""

    reports: int = 0
    sentences: int = 0
    fallbacks: int = 0
    unchanged: int = 0
    terms: int = 0
    unknown: int = 0
    words: int = 0
    unexplained: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    sources: dict[Language, list[str]] = field(default_factory=dict)
    plain: dict[Language, list[str]] = field(default_factory=dict)


def reports(folder: Path, language: Language) -> Iterator[Report]:
    """
    Yield the reports in *folder*, those of its folders as well.

    Raises:
        Unreadable: a file is not UTF-8, empty, too long, or no list of records.
    """
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix == ".txt":
            yield Report(name, read(str(path)), language)
        elif path.suffix == ".json":
            yield from _records(name, read(str(path)), language)


def _records(name: str, text: str, language: Language) -> Iterator[Report]:
    try:
        records: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"{name} is not JSON: {error}") from error
    if not isinstance(records, list):
        raise Unreadable(f"{name} is no list of records")
    for place, record in enumerate(records):
        body = record.get("text") or record.get("body") if isinstance(record, dict) else None
        if not isinstance(body, str):
            raise Unreadable(f"{name}: record {place} has neither text nor body")
        own: Language = "ja" if record.get("lang", language) == "ja" else "en"
        yield Report(f"{name}:{record.get('id', place)}", body, own)


def tallied(report: Report, tally: Tally) -> None:
    """Convert *report*, and add what is found to *tally*."""
    plain = convert(report.text, report.language)
    told = [each for each in plain.sentences if not each.heading]
    tally.reports += 1
    tally.sentences += len(told)
    tally.fallbacks += sum(each.fallback for each in told)
    tally.unchanged += sum(_is_unchanged(each, report.text) for each in told)
    tally.terms += len(plain.terms)
    tally.unknown += sum(not each.known for each in plain.terms)
    tally.words += plain_words.count(plain)
    tally.unexplained.update(plain_words.unexplained(plain, report.language))
    tally.facts.update(_kind(each) for each in facts(report.text, report.language))
    tally.failures.extend(f"{report.name}: {each}" for each in failures(report, plain))
    tally.sources.setdefault(report.language, []).append(report.text)
    own = " ".join(each.text for each in told if not each.fallback)
    tally.plain.setdefault(report.language, []).append(own)


def failures(report: Report, plain: Plain) -> Iterator[str]:
    """Yield each thing that *plain* says otherwise than *report*, or does not say."""
    end = 0
    for each in plain.sentences:
        start, stop = each.span
        if start < end or _has_words(report.text[end:start]):
            yield f"left out: {report.text[end:start]!r}"
        end = stop
        source = report.text[start:stop]
        for wrong in differences(source, each.text, report.language):
            yield f"{wrong}: {source!r} became {each.text!r}"
    if _has_words(report.text[end:]):
        yield f"left out: {report.text[end:]!r}"
    yield from _lost(report, plain)


def _lost(report: Report, plain: Plain) -> Iterator[str]:
    """Yield the facts of the whole report that its sentences together do not tell, or too often."""
    before = Counter(facts(report.text, report.language))
    after: Counter[str] = Counter()
    for each in plain.sentences:
        after.update(facts(each.text, report.language))
    for fact in sorted(set(before) | set(after)):
        if before[fact] != after[fact]:
            counts = f"{before[fact]} times, and {after[fact]} times in plain words"
            yield f"{fact!r} stands there {counts}"


def _has_words(text: str) -> bool:
    return any(each.isalnum() for each in text)


def _is_unchanged(sentence: Sentence, text: str) -> bool:
    start, end = sentence.span
    return (
        not sentence.fallback
        and sentence.text.rstrip(".").lower() == text[start:end].rstrip(".").lower()
    )


def _kind(fact: str) -> str:
    return "number" if fact[0].isdigit() else fact


def _printed(tally: Tally) -> None:
    share = tally.fallbacks / tally.sentences if tally.sentences else 0
    print(f"{tally.reports} reports, {tally.sentences} plain sentences")
    print(
        f"  the doctor's own words: {tally.fallbacks} ({share:.1%}); unchanged: {tally.unchanged}"
    )
    print(
        f"  terms explained: {tally.terms - tally.unknown}; left to ask the doctor: {tally.unknown}"
    )
    hard = sum(tally.unexplained.values())
    often = ", ".join(word for word, _ in tally.unexplained.most_common(_SHOWN))
    print(
        f"  words neither everyday nor explained: {hard} of {tally.words}"
        f" ({hard / max(tally.words, 1):.1%}) {often}".rstrip()
    )
    kept = ", ".join(f"{kind} {count}" for kind, count in tally.facts.most_common())
    print(f"  facts held against their source: {kept}")
    for language, texts in tally.plain.items():
        _print_ease(language, tally.sources[language], texts)
    print(f"{len(tally.failures)} differences")
    for each in tally.failures:
        print(f"  {each}")


def _print_ease(language: Language, sources: list[str], texts: list[str]) -> None:
    if language == "en":
        for name, each in (("source", sources), ("plain", texts)):
            grades = [readability.grade(text) for text in each]
            print(f"  en {name}: school grade median {median(grades):.1f}, p90 {_p90(grades):.1f}")
        return
    for name, each in (("source", sources), ("plain", texts)):
        length = mean(map(readability.sentence_length, each))
        kanji = mean(map(readability.kanji_share, each))
        print(f"  ja {name}: {length:.0f} characters a sentence, {kanji:.0%} kanji")


def _p90(numbers: list[float]) -> float:
    return quantiles(numbers, n=10, method="inclusive")[-1] if len(numbers) > 1 else numbers[0]


def checked(folder: Path, language: Language) -> Tally:
    """
    Return what was found in the reports of *folder*.

    Raises:
        Unreadable: there is no such folder, no report in it, or one that cannot be read.
    """
    if not folder.is_dir():
        raise Unreadable(f"{folder} is no folder")
    tally = Tally()
    for report in reports(folder, language):
        tallied(report, tally)
    if not tally.reports:
        raise Unreadable(f"{folder} holds no reports (.txt or .json)")
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert and compare; 1 if anything changed, 2 if something cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m infra.plain_check", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lang", choices=("en", "ja"), default="en", help="of .txt files")
    asked = parser.parse_args(arguments)
    try:
        tally = checked(asked.folder, asked.lang)
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    _printed(tally)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
