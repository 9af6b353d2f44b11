"""
`python -m infra.plain FILE --lang en|ja [--json]`: a report in plain words.

FILE is a doctor's narrative, or a chart as JSON; - reads what is piped in.  Sources are counted in
characters of the file as it is, a mark of the byte order left out: line ends are not changed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from chalicelib.charts.model import Chart, Kind
from chalicelib.plain import Language, Plain, convert, of_chart

LONGEST = 100_000  # characters
MOST_BYTES = 4 * LONGEST + 4  # of that many characters, and one more


class Unreadable(Exception):
    """What cannot be converted; the message says why."""


def read(name: str) -> str:
    """
    Return the text in the file *name*, or what is piped in for "-".

    Raises:
        Unreadable: there is no such file, it is not UTF-8, empty or too long.
    """
    try:
        text = _raw(name).decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        if error.end >= MOST_BYTES:  # what was read ends within a character
            raise Unreadable(f"{name} is too long: {LONGEST:,} characters at most") from error
        raise Unreadable(f"{name} is not UTF-8 (byte {error.start})") from error
    if "\0" in text:
        raise Unreadable(f"{name} is no text")
    if not text.strip():
        raise Unreadable(f"{name} is empty")
    if len(text) > LONGEST:
        raise Unreadable(f"{name} is too long: {LONGEST:,} characters at most")
    return text


def _raw(name: str) -> bytes:
    """Return as much of the file *name* as tells whether it is too long."""
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES)
    with Path(name).open("rb") as file:
        return file.read(MOST_BYTES)


def converted(text: str, language: Language, kind: str = Kind.OTHER) -> Plain:
    """
    Return a narrative, or a chart as JSON, in plain words.

    Raises:
        Unreadable: it is JSON, and no chart.
    """
    if not text.lstrip().startswith("{"):
        return convert(text, language, kind)
    try:
        return of_chart(msgspec.json.decode(text, type=Chart), language)
    except msgspec.DecodeError as error:
        raise Unreadable(f"this is no chart: {error}") from error


def as_json(plain: Plain) -> bytes:
    """Return *plain* as programs read it."""
    sentences = [
        {"text": each.text, "source": each.source, "fallback": each.fallback}
        for each in plain.sentences
    ]
    terms = [{"term": each.term, "explanation": each.explanation} for each in plain.terms]
    return msgspec.json.format(msgspec.json.encode({"sentences": sentences, "terms": terms}))


def as_text(plain: Plain) -> str:
    """Return *plain* as people read it: the doctor's own words stand in quotation marks."""
    lines: list[str] = []
    for each in plain.sentences:
        if each.heading:
            lines.extend(("", each.text))
        else:
            lines.append(f'  "{each.text}"' if each.fallback else f"  {each.text}")
    words = [f"  {each.term}: {each.explanation}" for each in plain.terms]
    return "\n".join((*lines, "", *words)).strip("\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert one report."""
    parser = argparse.ArgumentParser(prog="python -m infra.plain", description=__doc__)
    parser.add_argument(
        "file", help="a narrative in UTF-8, or a chart as JSON; - for what is piped in"
    )
    parser.add_argument("--lang", choices=("en", "ja"), default="en")
    parser.add_argument("--kind", choices=[str(each) for each in Kind], default=str(Kind.OTHER))
    parser.add_argument("--json", action="store_true", help="as programs read it")
    asked = parser.parse_args(arguments)
    try:
        plain = converted(read(asked.file), asked.lang, asked.kind)
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    print(as_json(plain).decode() if asked.json else as_text(plain))
    return 0


if __name__ == "__main__":
    sys.exit(main())
