"""
Drawings of what an endoscope sees.  They look like stills; they show nobody.

Layers are drawn at half size and few, so that a still takes some tens of milliseconds.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

SIZE = (1280, 1024)  # pixels
VIEW = (960, 960)  # the picture in the still; captions stand left of it
VIEW_AT = (300, 32)
HALF = (VIEW[0] // 2, VIEW[1] // 2)
CORNER = 150  # pixels cut off each corner of the view
QUALITY = 86

Point = tuple[float, float]
Colour = tuple[int, int, int]

# Deep lumen, wall, near wall.
TINTS: dict[str, tuple[Colour, Colour, Colour]] = {
    "EGD": ((28, 6, 4), (186, 78, 62), (238, 158, 136)),
    "colonoscopy": ((34, 10, 4), (196, 96, 66), (244, 178, 142)),
    "bronchoscopy": ((20, 4, 8), (190, 84, 84), (246, 186, 178)),
}


@dataclass(frozen=True, slots=True)
class Still:
    """
    Attributes:
        kind: One of TINTS.
        caption: Lines at the left margin.
        seed: Decides all that is drawn.
    """

    kind: str
    caption: tuple[str, ...]
    seed: int


def drawn(still: Still) -> bytes:
    """Return *still* as JPEG, 1280x1024."""
    chance = Random(still.seed)  # noqa: S311 - drawings, not secrets
    lumen = (chance.uniform(0.34, 0.68) * HALF[0], chance.uniform(0.36, 0.64) * HALF[1])
    tissue = _wall(lumen, TINTS[still.kind])
    _paint(tissue, (118, 22, 26), _vessels(lumen, chance), 0.6)
    shade, light = _folds(lumen, chance)
    _paint(tissue, (58, 8, 6), shade, 0.85)
    _paint(tissue, (255, 206, 186), light, 0.40)
    _paint(tissue, (255, 252, 248), _highlights(lumen, chance), 1.0)
    picture = _grained(tissue.resize(VIEW, Image.Resampling.BILINEAR), chance)
    screen = Image.new("RGB", SIZE)
    screen.paste(picture, VIEW_AT, _aperture())
    _write(screen, still.caption)
    out = io.BytesIO()
    screen.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _wall(lumen: Point, tints: tuple[Colour, Colour, Colour]) -> Image.Image:
    """Return the wall: dark where it is far away, fainter again at the rim of the light."""
    side = HALF[0] * 2
    distance = Image.radial_gradient("L").resize((side, side), Image.Resampling.BILINEAR)
    left, top = side / 2 - lumen[0], side / 2 - lumen[1]
    box = (round(left), round(top), round(left) + HALF[0], round(top) + HALF[1])
    nearness = distance.crop(box).point(
        [min(255, round(255 * (i / 150) ** 0.8)) for i in range(256)]
    )
    deep, wall, near = tints
    tissue = ImageOps.colorize(nearness, deep, near, wall, midpoint=150)
    return ImageChops.multiply(tissue, _falloff())


@cache
def _falloff() -> Image.Image:
    distance = Image.radial_gradient("L").resize(HALF)
    return Image.merge("RGB", [distance.point([255 - i * i // 500 for i in range(256)])] * 3)


def _paint(tissue: Image.Image, colour: Colour, mask: Image.Image, strength: float) -> None:
    tissue.paste(colour, (0, 0), mask.point([round(i * strength) for i in range(256)]))


def _folds(lumen: Point, chance: Random) -> tuple[Image.Image, Image.Image]:
    """Return masks of the folds around the lumen: their shades, and the lit edges before them."""
    shade, light = Image.new("L", HALF), Image.new("L", HALF)
    radius = chance.uniform(34, 52)
    while radius < 330:
        turn, span = chance.uniform(0, math.tau), chance.uniform(2.2, 5.4)
        wobble = [(chance.uniform(0.02, 0.07), chance.randint(2, 5)) for _ in range(3)]
        width = max(4, round(radius * chance.uniform(0.09, 0.15)))
        edge = _arc(lumen, radius, turn, span, wobble)
        _taper(ImageDraw.Draw(shade), edge, width)
        _taper(ImageDraw.Draw(light), _arc(lumen, radius * 1.1, turn, span, wobble), width)
        radius *= chance.uniform(1.28, 1.5)
    return shade.filter(ImageFilter.GaussianBlur(5)), light.filter(ImageFilter.GaussianBlur(8))


def _arc(
    centre: Point, radius: float, turn: float, span: float, wobble: list[tuple[float, int]]
) -> list[Point]:
    """Return points of an uneven arc of *span* radians."""
    points = []
    for step in range(41):
        angle = turn + span * step / 40
        uneven = 1 + sum(size * math.sin(waves * angle + turn) for size, waves in wobble)
        x = centre[0] + radius * uneven * math.cos(angle)
        y = centre[1] + radius * uneven * math.sin(angle) * 0.92
        points.append((x, y))
    return points


def _taper(draw: ImageDraw.ImageDraw, points: list[Point], width: int) -> None:
    """Draw a line that is thick in its middle and thin at its ends."""
    for step, (start, end) in enumerate(pairwise(points)):
        thickness = width * math.sin(math.pi * (step + 1) / len(points))
        draw.line([start, end], fill=235, width=max(1, round(thickness)))


def _vessels(lumen: Point, chance: Random) -> Image.Image:
    """Return a mask of branching vessels, which are seen where the wall is near."""
    mask = Image.new("L", HALF)
    draw = ImageDraw.Draw(mask)
    for _ in range(chance.randint(8, 13)):
        angle, distance = chance.uniform(0, math.tau), chance.uniform(110, 300)
        start = (lumen[0] + distance * math.cos(angle), lumen[1] + distance * math.sin(angle))
        _branch(draw, start, angle + chance.uniform(-0.9, 0.9), 3, chance)
    return mask.filter(ImageFilter.GaussianBlur(1.1))


def _branch(
    draw: ImageDraw.ImageDraw, place: Point, heading: float, width: int, chance: Random
) -> None:
    """Draw a vessel and, at its end, two thinner ones."""
    points = [place]
    for _ in range(chance.randint(5, 10)):
        heading += chance.uniform(-0.4, 0.4)
        place = (place[0] + 8 * math.cos(heading), place[1] + 8 * math.sin(heading))
        points.append(place)
    draw.line(points, fill=70 + 50 * width, width=width)
    if width > 1:
        for side in (-0.6, 0.6):
            _branch(draw, place, heading + side, width - 1, chance)


def _highlights(lumen: Point, chance: Random) -> Image.Image:
    """Return a mask of wet spots that mirror the light, none of them deep in the lumen."""
    mask = Image.new("L", HALF)
    draw = ImageDraw.Draw(mask)
    for _ in range(chance.randint(10, 22)):
        angle, distance = chance.uniform(0, math.tau), chance.uniform(80, 230)
        x, y = lumen[0] + distance * math.cos(angle), lumen[1] + distance * math.sin(angle)
        for _ in range(chance.randint(1, 4)):
            wide, high = chance.uniform(1.5, 8), chance.uniform(1, 4)
            draw.ellipse((x - wide, y - high, x + wide, y + high), fill=255)
            x, y = x + chance.uniform(-10, 10), y + chance.uniform(-6, 6)
    return mask.filter(ImageFilter.GaussianBlur(1.2))


def _grained(picture: Image.Image, chance: Random) -> Image.Image:
    """Return *picture* with the grain of a sensor and of mucosa."""
    x, y = chance.randrange(256), chance.randrange(256)
    return ImageChops.overlay(picture, _grain().crop((x, y, x + VIEW[0], y + VIEW[1])))


@cache
def _grain() -> Image.Image:
    """Return grey noise around the middle, in three sizes, made once a process."""
    chance = Random(0)  # noqa: S311 - drawings, not secrets
    size = (VIEW[0] + 256, VIEW[1] + 256)
    grain = Image.new("L", size, 128)
    for cell, weight in ((2, 0.12), (9, 0.12), (40, 0.16)):
        small = (size[0] // cell + 1, size[1] // cell + 1)
        noise = Image.frombytes("L", small, chance.randbytes(small[0] * small[1]))
        grain = Image.blend(grain, noise.resize(size, Image.Resampling.BICUBIC), weight)
    return Image.merge("RGB", [grain] * 3)


@cache
def _aperture() -> Image.Image:
    """Return the mask of an endoscope's view: a square without its corners, softly cut."""
    left, top, right, bottom = 0, 0, VIEW[0] - 1, VIEW[1] - 1
    mask = Image.new("L", VIEW)
    corners = [
        *((left + CORNER, top), (right - CORNER, top), (right, top + CORNER)),
        *((right, bottom - CORNER), (right - CORNER, bottom), (left + CORNER, bottom)),
        *((left, bottom - CORNER), (left, top + CORNER)),
    ]
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(1.5))


def _write(picture: Image.Image, caption: tuple[str, ...]) -> None:
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(caption):
        draw.text((36, 60 + 40 * number), line, fill=(226, 226, 214), font=_font())


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(28)
