"""CPU of a report in plain words: the first of a process, and a long one."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.figures import Figure
from chalicelib.plain import Language, convert

LONG = 10_000  # characters: the longest narrative of a chart
SENTENCES: dict[Language, str] = {
    "en": "Mild erythema was seen in the antrum, without ulcer; two polyps of 4 mm were removed. ",
    "ja": "前庭部に軽度の発赤を認めたが、潰瘍は認めなかった。4mm大のポリープ2個を切除した。",
}


def figures() -> Iterator[Figure]:
    """Yield the CPU of each language's first and longest report."""
    for language, sentence in SENTENCES.items():
        first = _cpu_ms(sentence, language)
        long = _cpu_ms((sentence * LONG)[:LONG], language)
        yield Figure(f"{language}: the first sentence of a process", first, unit="ms", digits=0)
        yield Figure(f"{language}: {LONG:,} characters", long, 1000, unit="ms", digits=0)


def _cpu_ms(text: str, language: Language) -> float:
    before = time.process_time()
    convert(text, language)
    return (time.process_time() - before) * 1_000
