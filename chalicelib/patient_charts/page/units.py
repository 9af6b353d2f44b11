"""Units of a chart, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.charts.model import Chart
from chalicelib.plain.model import Language

_EN: Mapping[str, str] = {
    "mm": "millimetre; 10 mm are 1 cm",
    "cm": "centimetre; 1 cm is 10 mm",
    "min": "minute",
    "s": "second",
    "mL": "millilitre; 1,000 mL are 1 litre",
    "mg": "milligram; 1,000 mg are 1 gram",
    "g": "gram",
    "kg": "kilogram",
    "%": "percent: of a hundred",
    "mm[Hg]": "millimetre of mercury, for blood pressure",
    "mmHg": "millimetre of mercury, for blood pressure",
}
_JA: Mapping[str, str] = {
    "mm": "ミリメートル。10 mmで1 cmです",
    "cm": "センチメートル。1 cmは10 mmです",
    "min": "分(時間の長さ)",
    "s": "秒(時間の長さ)",
    "mL": "ミリリットル。1,000 mLで1リットルです",
    "mg": "ミリグラム。1,000 mgで1グラムです",
    "g": "グラム",
    "kg": "キログラム",
    "%": "パーセント。100のうちのいくつか、です",
    "mm[Hg]": "ミリメートル水銀柱。血圧などの単位です",
    "mmHg": "ミリメートル水銀柱。血圧などの単位です",
}
_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _EN, "ja": _JA}


def explained(chart: Chart, language: Language) -> dict[str, str]:
    """Return what each unit of a number of *chart* is, as far as it is known."""
    words = _WORDS[language]
    return {unit: words[unit] for unit in dict.fromkeys(_units(chart)) if unit in words}


def _units(chart: Chart) -> Iterator[str]:
    yield from (each.size.unit for each in chart.findings if each.size)
    yield from (each.unit for each in chart.measurements)
