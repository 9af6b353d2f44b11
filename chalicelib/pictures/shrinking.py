"""Smaller pictures, and files of them."""

from __future__ import annotations

import io

from PIL import Image

THUMB_PIXELS, THUMB_BYTES = 256, 8 * 1024
VIEW_PIXELS, VIEW_QUALITY = 1024, 80
STRIP_FRAMES, STRIP_PIXELS = 8, 128
QUALITIES = (70, 50, 30, 10)
GAP = 2.0  # how coarsely Pillow may begin: nobody sees a difference


def shrunk(image: Image.Image, longest: int) -> Image.Image:
    """Return *image* no longer than *longest* pixels on either side; never enlarged."""
    width, height = image.size
    if max(width, height) <= longest:
        return image
    scale = longest / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if image.mode in {"L", "RGB"}:
        return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=GAP)
    return image.resize(size, Image.Resampling.BOX)  # numbers: a mean of them, nothing beyond


def thumb_of(image: Image.Image) -> bytes:
    """Return a WebP of at most THUMB_BYTES: coarser, then smaller, until it fits."""
    longest = THUMB_PIXELS
    while True:
        small = shrunk(image, longest)
        for quality in QUALITIES:
            written = webp(small, quality)
            if len(written) <= THUMB_BYTES:
                return written
        longest //= 2


def view_of(image: Image.Image) -> bytes:
    return webp(shrunk(image, VIEW_PIXELS), VIEW_QUALITY)


def strip_of(frames: list[Image.Image]) -> bytes:
    """Return *frames* side by side."""
    small = [shrunk(each, STRIP_PIXELS) for each in frames]
    strip = Image.new(
        "RGB", (sum(each.width for each in small), max(each.height for each in small))
    )
    place = 0
    for each in small:
        strip.paste(each, (place, 0))
        place += each.width
    return webp(strip, QUALITIES[0])


def jpeg(written: bytes) -> bytes:
    """Return a file of ours as JPEG, for what cannot show WebP as it is."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(written), formats=["WEBP"]) as image:
        image.convert("RGB").save(file, "JPEG", quality=VIEW_QUALITY)
    return file.getvalue()


def webp(image: Image.Image, quality: int) -> bytes:
    """Return a file with pixels and nothing else: what a camera wrote beside them stays behind."""
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality)
    return file.getvalue()
