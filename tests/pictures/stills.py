"""Pictures that weigh what an endoscope's do: smooth, round, with vessels, highlights and noise."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.pictures.scene import a_file

SIZE = (1280, 1024)
FOLDS = (160, 128)  # of the mucosa, as large as what a thumb still shows


def a_still(seed: int, size: tuple[int, int] = SIZE) -> bytes:
    """Return a JPEG, of some 200 KB in its usual size, always the same for *seed*."""
    chance = random.Random(seed)
    red, green = 150 + chance.randrange(60), 60 + chance.randrange(40)
    wall = Image.radial_gradient("L").resize(SIZE).point(lambda each: 255 - each)
    picture = Image.merge(
        "RGB",
        [wall.point(lambda v, full=full: v * full // 255) for full in (red, green, green // 2)],
    )
    _vessels(ImageDraw.Draw(picture), chance)
    soft = picture.filter(ImageFilter.GaussianBlur(1.5))
    for grain, strength in ((FOLDS, 24), (SIZE, 5)):  # of 255; the second is the sensor's
        soft = ImageChops.add(soft, _noise(chance, grain, strength), offset=-128)
    return a_file(soft.resize(size), "JPEG", quality=85)


def _noise(chance: random.Random, grain: tuple[int, int], strength: int) -> Image.Image:
    noise = Image.frombytes("L", grain, chance.randbytes(grain[0] * grain[1]))
    weak = noise.point(lambda each: 128 + (each - 128) * strength // 128)
    return weak.resize(SIZE, Image.Resampling.BICUBIC).convert("RGB")


def _vessels(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for _ in range(60):
        x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1])
        heading, points = chance.random() * math.tau, [(x, y)]
        for _ in range(25):
            heading += chance.uniform(-0.5, 0.5)
            x, y = x + int(14 * math.cos(heading)), y + int(14 * math.sin(heading))
            points.append((x, y))
        draw.line(points, fill=(120 + chance.randrange(60), 20, 25), width=chance.randrange(2, 7))
    for _ in range(25):
        x, y, size = chance.randrange(SIZE[0]), chance.randrange(SIZE[1]), chance.randrange(4, 30)
        draw.ellipse((x, y, x + size, y + size * 0.7), fill=(255, 245, 235))
