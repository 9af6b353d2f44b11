"""Run lengths (PS3.5, annex G): each byte of each sample has a segment of its own."""

from __future__ import annotations

import struct

from PIL import Image

from chalicelib.pictures.coded import decoding
from chalicelib.pictures.model import NotShown, Reason

HEADER = struct.Struct("<16L")


def unpacked(frame: bytes, pixels: int, samples: int, width_bytes: int) -> bytes:
    """Return a frame's samples plane by plane, little endian; raises NotShown."""
    segments = _segments(frame)
    if len(segments) != samples * width_bytes:
        raise NotShown(Reason.UNDECODABLE)
    data = bytearray(pixels * len(segments))
    for number, segment in enumerate(segments):
        sample, byte = divmod(number, width_bytes)  # the upper byte is the first
        begin = sample * pixels * width_bytes + width_bytes - 1 - byte
        end = (sample + 1) * pixels * width_bytes
        data[begin:end:width_bytes] = _plane(segment, pixels)
    return bytes(data)


def _segments(frame: bytes) -> list[bytes]:
    if len(frame) < HEADER.size:
        raise NotShown(Reason.TRUNCATED)
    count, *places = HEADER.unpack_from(frame)
    starts = places[:count]
    ends = [*starts[1:], len(frame)]
    if not 0 < count <= len(places) or starts != sorted(starts) or starts[0] < HEADER.size:
        raise NotShown(Reason.UNDECODABLE)
    return [frame[start:end] for start, end in zip(starts, ends, strict=True)]


def _plane(segment: bytes, pixels: int) -> bytes:
    """Unpack one segment as one long row: some writers let a run go on in the next row."""
    with decoding():
        return Image.frombytes("L", (pixels, 1), segment, "packbits", "L").tobytes()
