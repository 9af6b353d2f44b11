"""
What was found, drawn: the organ with a number at each place that a finding's site names.

A finding whose site the drawing cannot show for certain is listed beside it, and marked nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

import msgspec

from chalicelib.charts.model import Certainty, Chart, Finding, Kind, Side, Site, label
from chalicelib.patient_charts.drawing import atlas
from chalicelib.patient_charts.drawing.atlas import HEIGHT, WIDTH, Atlas, Point
from chalicelib.patient_charts.drawing.numbering import numbers
from chalicelib.patient_charts.drawing.sites import regions
from chalicelib.patient_charts.drawing.spreading import RADIUS, spread
from chalicelib.plain.model import Language
from chalicelib.plain.templates import SIDES

_HEAD = 32  # above the drawing, for the sides
INK = "#0017c1"
_SIZES = {1: 17, 2: 15, 3: 11}  # of a number, by its digits
_PRESENT = ("mark", "#fff", f'fill="{INK}" stroke="#fff"')
_POSSIBLE = ("mark is-possible", INK, f'fill="#fff" stroke="{INK}" stroke-dasharray="4 3"')
_PROSTATE = ('<g class="prostate">', "</g>\n")  # not everybody has one


class Marked(NamedTuple):
    """
    A finding with its number.

    Attributes:
        finding: Its place in the chart.
        words: What and where, as the doctor wrote it.
        possible: The doctor was not sure.
        regions: Where on the drawing; none where it is not marked.
    """

    number: int
    finding: int
    words: str
    possible: bool
    regions: tuple[str, ...] = ()


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        svg: The whole <svg>; its ``desc`` tells what is marked.
        organ: What is drawn, in the reader's language.
        points: What is marked on it.
        unmarked: What is not, and has to be told beside it.
    """

    svg: str
    organ: str
    points: tuple[Marked, ...]
    unmarked: tuple[Marked, ...]

    @property
    def spoken(self) -> str:
        """The drawing in words, for who cannot see it."""
        return "; ".join(f"{each.number}: {each.words}" for each in self.points)


class _Words(NamedTuple):
    left: str
    right: str
    possible: str
    faces: str
    nothing: str
    organs: Mapping[Kind, str]


_WORDS: Mapping[Language, _Words] = {
    "en": _Words(
        left="your left",
        right="your right",
        possible=" (possible)",
        faces="Seen from the front: your right is on the left of the drawing. Marked: ",
        nothing="nothing",
        organs={
            Kind.UPPER_GI: "Gullet, stomach and duodenum",
            Kind.LOWER_GI: "Large bowel",
            Kind.BRONCHOSCOPY: "Windpipe and bronchi",
            Kind.CYSTOSCOPY: "Bladder and urethra",
            Kind.LARYNGOSCOPY: "Nose and throat",
        },
    ),
    "ja": _Words(
        left="あなたの左",
        right="あなたの右",
        possible="（可能性あり）",
        faces="前から見た図です。あなたの右は、図の左にあります。印: ",
        nothing="なし",
        organs={
            Kind.UPPER_GI: "食道・胃・十二指腸",
            Kind.LOWER_GI: "大腸",
            Kind.BRONCHOSCOPY: "気管と気管支",
            Kind.CYSTOSCOPY: "膀胱と尿道",
            Kind.LARYNGOSCOPY: "鼻とのど",
        },
    ),
}


def drawn(chart: Chart, language: Language) -> Drawing | None:
    """
    Return the drawing of what *chart* found; there is none for other kinds of examinations.

    Only what is there, or may be there, has a number; it is the same one in the whole document.
    """
    found = atlas.atlas(chart.kind)
    if found is None:
        return None
    words = _WORDS[language]
    told = [_marked(chart, place, number, language) for place, number in numbers(chart).items()]
    points = tuple(each for each in told if each.regions)
    organ = words.organs[chart.kind]
    return Drawing(
        svg=_svg(found, organ, points, words),
        organ=organ,
        points=points,
        unmarked=tuple(each for each in told if not each.regions),
    )


def _marked(chart: Chart, place: int, number: int, language: Language) -> Marked:
    finding = chart.findings[place]
    possible = finding.certainty is Certainty.POSSIBLE
    said = _said(finding, language) + (_WORDS[language].possible if possible else "")
    return Marked(number, place, said, possible, regions(chart.kind, finding.site))


def _said(finding: Finding, language: Language) -> str:
    where = _where(finding.site, language)
    return ": ".join(filter(None, (where, label(finding))))


def _where(site: Site, language: Language) -> str:
    side = "" if site.side is Side.NONE else SIDES[language][site.side]
    return " ".join(filter(None, (site.organ, site.place, side)))


def _svg(found: Atlas, organ: str, points: tuple[Marked, ...], words: _Words) -> str:
    told = "; ".join(f"{each.number}: {each.words}" for each in points) or words.nothing
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="img" '
        f'viewBox="0 {-_HEAD} {WIDTH} {HEIGHT + _HEAD}" '
        f'aria-labelledby="drawing-title drawing-desc">\n'
        f'<title id="drawing-title">{escape(organ)}</title>\n'
        f'<desc id="drawing-desc">{escape(words.faces + told)}</desc>\n'
        f"{_organ(found.svg, points)}\n{_sides(words)}\n{_marks(found, points)}\n</svg>"
    )


def _organ(svg: str, points: tuple[Marked, ...]) -> str:
    """Return what is drawn; a prostate only where something of it is marked."""
    start, end = _PROSTATE
    has_prostate = any(each.startswith("prostate") for point in points for each in point.regions)
    if start not in svg or has_prostate:
        return svg
    before, rest = svg.split(start)
    return before + rest.split(end, 1)[1]


def _sides(words: _Words) -> str:
    """Return what tells the sides apart; the patient's right is on the left."""
    return (
        '<g class="sides" font-size="18" fill="currentColor">'
        f'<text x="4" y="-11">{escape(words.right)}</text>'
        f'<text x="{WIDTH - 4}" y="-11" text-anchor="end">{escape(words.left)}</text></g>'
    )


def _marks(found: Atlas, points: tuple[Marked, ...]) -> str:
    wanted = [(each, found.points[region]) for each in points for region in each.regions]
    places = spread(point for _, point in wanted)
    leads = [_lead(point, at) for (_, point), at in zip(wanted, places, strict=True)]
    marks = [_mark(each, at) for (each, _), at in zip(wanted, places, strict=True)]
    return "\n".join([*filter(None, leads), *marks])


def _lead(point: Point, at: Point) -> str:
    """Return the line from a marker that had to give way to its place."""
    if point == at:
        return ""
    return (
        f'<path class="lead" stroke="{INK}" stroke-width="2" '
        f'd="M{point.x} {point.y}L{at.x} {at.y}"/>'
        f'<circle class="lead" cx="{point.x}" cy="{point.y}" r="3" fill="{INK}"/>'
    )


def _mark(marked: Marked, at: Point) -> str:
    name, ink, disc = _POSSIBLE if marked.possible else _PRESENT
    size = _SIZES[len(str(marked.number))]
    return (
        f'<g class="{name}"><circle cx="{at.x}" cy="{at.y}" r="{RADIUS}" stroke-width="2" {disc}/>'
        f'<text x="{at.x}" y="{at.y + size // 3}" text-anchor="middle" font-size="{size}" '
        f'font-weight="700" fill="{ink}">{marked.number}</text></g>'
    )
