"""
Pictures that lie, and what is said of each; run as a program, how much memory each took at most.

Each has a process of its own, since the most that a process ever held is all it tells.
"""

from __future__ import annotations

import json
import os
import re
import struct
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from chalicelib.archive.facts import Kind
from chalicelib.archive.inspection import Read
from chalicelib.pictures.model import Reason
from chalicelib.pictures.rendering import rendered
from tests.pictures.scene import (
    JPEG_2000,
    RUN_LENGTHS,
    a_dicom,
    a_file,
    a_header,
    encapsulated,
    item,
)
from tests.support.dicom import DEFLATED, SEQUENCE_END, endless

PIXELS = 0x7FE00010
VAST = 65_535
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Lie:
    """
    Attributes:
        make: The object's bytes.
        reason: What is said of it; None where it has pictures all the same.
        size_bytes: More than *make* returns: the rest reads as noughts.
    """

    make: Callable[[], bytes]
    kind: Kind
    reason: Reason | None
    size_bytes: int = 0


def png(width: int, height: int, depth: int, rows: bytes) -> bytes:
    """Return a PNG that says what it likes of its size."""
    head = struct.pack(">2L5B", width, height, depth, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))
        for name, body in chunks
    )


def jpeg(width: int = 640, height: int = 480, **options: object) -> bytes:
    return a_file(Image.effect_noise((width, height), 60), "JPEG", **options)


def jpeg_that_says(width: int, height: int) -> bytes:
    """Return a small JPEG whose frame header says another size."""
    written = jpeg(64, 64)
    return written.replace(struct.pack(">2H", 64, 64), struct.pack(">2H", height, width), 1)


def wavelets(side: int, levels: int) -> bytes:
    """Return a JPEG 2000 that says it is much larger than it is."""
    image = Image.effect_noise((64, 64), 60)
    written = a_file(image, "JPEG2000", no_jp2=True, num_resolutions=levels + 1)
    return written.replace(struct.pack(">2L", 64, 64), struct.pack(">2L", side, side))


def fragment_of(length: int, table: bytes = b"") -> bytes:
    """Return an object whose one fragment says that it has *length* bytes."""
    still = jpeg()
    head = a_header(b"1.2.840.10008.1.2.4.50") + endless(PIXELS, b"OB")
    return head + item(table) + item(still, length) + SEQUENCE_END


def run_lengths(segment: bytes, rows: int, columns: int) -> bytes:
    frame = struct.pack("<16L", 1, 64, *[0] * 14) + segment
    return encapsulated(frame, syntax=RUN_LENGTHS, rows=rows, columns=columns)


def deflated_noughts() -> bytes:
    """Return an object that inflates to 200 MB of pixels."""
    head = a_header(DEFLATED, rows=14_000, columns=14_000)
    begin = head.index(b"\x08\0\x05\0CS")
    data = head[begin:] + struct.pack("<HH2sHL", 0x7FE0, 0x10, b"OW", 0, 196_000_000)
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = [deflater.compress(data), *(deflater.compress(bytes(MEGABYTE)) for _ in range(200))]
    return head[:begin] + b"".join([*body, deflater.flush()])


def with_offsets(*offsets: int) -> bytes:
    table = struct.pack(f"<{len(offsets)}L", *offsets)
    return encapsulated(jpeg(), jpeg(), jpeg(), table=table, frames=b"2")


LIES = {
    "png-that-says-60000": Lie(lambda: png(60_000, 60_000, 8, b""), Kind.OTHER, Reason.TOO_LARGE),
    "png-of-noughts": Lie(lambda: png(8_900, 8_900, 8, bytes(8_901) * 8_900), Kind.OTHER, None),
    "png-cut": Lie(lambda: png(640, 480, 8, bytes(641) * 480)[:-40], Kind.OTHER, Reason.TRUNCATED),
    "jpeg-that-says-65500": Lie(
        lambda: jpeg_that_says(65_500, 65_500), Kind.JPEG, Reason.TOO_LARGE
    ),
    "jpeg-that-says-8900": Lie(lambda: jpeg_that_says(8_900, 8_900), Kind.JPEG, None),
    "jpeg-cut": Lie(lambda: jpeg()[:-3_000], Kind.JPEG, Reason.TRUNCATED),
    "jpeg-in-many-passes": Lie(
        lambda: jpeg(5_000, 4_000, progressive=True, quality=20), Kind.JPEG, None
    ),
    "jpeg-that-is-none": Lie(lambda: b"\xff\xd8\xff" + bytes(500), Kind.JPEG, Reason.UNDECODABLE),
    "jpeg-of-80-megabytes": Lie(jpeg, Kind.JPEG, Reason.TOO_LARGE, 80 * MEGABYTE),
    "rows-and-columns-lie": Lie(
        lambda: a_dicom(bytes(64), rows=VAST, columns=VAST), Kind.DICOM, Reason.TOO_LARGE
    ),
    "one-row-too-many": Lie(
        lambda: a_dicom(bytes(64), rows=9, columns=8), Kind.DICOM, Reason.TRUNCATED
    ),
    "4-gigabytes-of-noughts": Lie(
        lambda: a_header(rows=VAST, columns=VAST) + endless(PIXELS, b"OW")[:8] + b"\xfe" * 4,
        Kind.DICOM,
        Reason.TOO_LARGE,
        5_000 * MEGABYTE,
    ),
    "90-megabytes-of-noughts": Lie(
        lambda: (
            a_header(rows=9_400, columns=9_400)
            + endless(PIXELS, b"OW")[:8]
            + struct.pack("<L", 9_400**2)
        ),
        Kind.DICOM,
        Reason.TOO_LARGE,
        90 * MEGABYTE,
    ),
    "60-megabytes-of-words": Lie(
        lambda: (
            a_header(rows=5_500, columns=5_500, allocated=16, stored=12, high=11)
            + endless(PIXELS, b"OW")[:8]
            + struct.pack("<L", 5_500**2 * 2)
        ),
        Kind.DICOM,
        None,
        60 * MEGABYTE,
    ),
    "80-million-bits": Lie(
        lambda: (
            a_header(rows=8_900, columns=8_900, allocated=1)
            + endless(PIXELS, b"OW")[:8]
            + struct.pack("<L", 9_901_250)
        ),
        Kind.DICOM,
        None,
        13 * MEGABYTE,
    ),
    "pixels-cut": Lie(
        lambda: a_dicom(bytes(640 * 480), rows=480, columns=640)[:-9],
        Kind.DICOM,
        Reason.TRUNCATED,
    ),
    "no-frames": Lie(lambda: a_dicom(bytes(4), frames=b"0"), Kind.DICOM, None),
    "less-than-no-frames": Lie(lambda: a_dicom(bytes(4), frames=b"-9"), Kind.DICOM, None),
    "2-147-483-648-frames": Lie(lambda: a_dicom(bytes(4), frames=b"2147483648"), Kind.DICOM, None),
    "samples-lie": Lie(
        lambda: a_dicom(bytes(64), samples=VAST, photometric=b"RGB"),
        Kind.DICOM,
        Reason.TRUNCATED,
    ),
    "bits-lie": Lie(
        lambda: a_dicom(bytes(64), allocated=VAST), Kind.DICOM, Reason.UNSUPPORTED_PIXELS
    ),
    "more-stored-than-allocated": Lie(
        lambda: a_dicom(bytes(64), stored=12), Kind.DICOM, Reason.UNSUPPORTED_PIXELS
    ),
    "deflated-noughts": Lie(deflated_noughts, Kind.DICOM, Reason.TOO_LARGE),
    "fragment-of-4-gigabytes": Lie(lambda: fragment_of(0xFFFFFFF0), Kind.DICOM, Reason.TRUNCATED),
    "fragment-without-end": Lie(lambda: fragment_of(0xFFFFFFFF), Kind.DICOM, Reason.TRUNCATED),
    "fragment-of-nothing": Lie(lambda: fragment_of(0), Kind.DICOM, Reason.UNDECODABLE),
    "negative-offsets": Lie(lambda: with_offsets(0xFFFFFFF0, 0xFFFFFFFF), Kind.DICOM, None),
    "offsets-past-the-end": Lie(lambda: with_offsets(0, 0x7FFFFFFF), Kind.DICOM, None),
    "offsets-into-a-fragment": Lie(lambda: with_offsets(0, 5), Kind.DICOM, None),
    "table-longer-than-all": Lie(
        lambda: (
            a_header(b"1.2.840.10008.1.2.4.50")
            + endless(PIXELS, b"OB")
            + struct.pack("<HHL", 0xFFFE, 0xE000, 0x7FFFFFFF)
            + bytes(64)
        ),
        Kind.DICOM,
        Reason.TRUNCATED,
    ),
    "8-million-fragments": Lie(
        lambda: encapsulated(jpeg())[: -len(SEQUENCE_END)] + item(b"") * 8_000_000,
        Kind.DICOM,
        None,
    ),
    "film-of-90-megabytes": Lie(
        lambda: encapsulated(jpeg(), frames=b"99"), Kind.DICOM, None, 90 * MEGABYTE
    ),
    "first-frame-of-70-megabytes": Lie(
        lambda: fragment_of(70 * MEGABYTE), Kind.DICOM, Reason.TOO_LARGE, 90 * MEGABYTE
    ),
    "wavelets-that-say-60000": Lie(
        lambda: encapsulated(wavelets(60_000, 5), syntax=JPEG_2000), Kind.DICOM, Reason.TOO_LARGE
    ),
    "wavelets-without-levels": Lie(
        lambda: encapsulated(wavelets(6_000, 0), syntax=JPEG_2000), Kind.DICOM, Reason.TOO_LARGE
    ),
    "wavelets-of-5000": Lie(
        lambda: encapsulated(wavelets(5_000, 0), syntax=JPEG_2000), Kind.DICOM, None
    ),
    "wavelets-that-are-none": Lie(
        lambda: encapsulated(b"\xff\x4f\xff\x51" + bytes(60), syntax=JPEG_2000),
        Kind.DICOM,
        Reason.UNDECODABLE,
    ),
    "runs-too-long": Lie(lambda: run_lengths(b"\x81\x00" * 50_000, 10, 10), Kind.DICOM, None),
    "runs-too-short": Lie(
        lambda: run_lengths(b"\x81\x00", 8_900, 8_900), Kind.DICOM, Reason.TRUNCATED
    ),
    "runs-of-a-vast-picture": Lie(
        lambda: run_lengths(b"\x81\x00", VAST, VAST), Kind.DICOM, Reason.TOO_LARGE
    ),
}


def said_of(lie: Lie) -> str | None:
    """Return the reason that comes out, or None where pictures do."""
    content = lie.make()
    size_bytes = lie.size_bytes or len(content)
    picture, _ = rendered("0" * 64, _reader(content, size_bytes), size_bytes, lie.kind)
    return picture.reason


def _reader(content: bytes, size_bytes: int) -> Read:
    def read(offset: int, length: int) -> bytes:
        wanted = min(length, size_bytes - offset)
        return content[offset : offset + length].ljust(wanted, b"\0")

    return read


def main() -> None:
    """Print, for each lie named, what is said of it and the most megabytes there were meanwhile."""
    for name in sys.argv[1:]:
        child = os.fork()  # it begins with what was imported, and no lie of another's
        if not child:
            told = {"name": name, "reason": said_of(LIES[name]), "most_megabytes": most_megabytes()}
            print(json.dumps(told), flush=True)  # noqa: T201
            os._exit(0)
        os.waitpid(child, 0)


def most_megabytes() -> int:
    """Return the most memory of this program; getrusage counts that of whoever started it, too."""
    status = Path("/proc/self/status").read_text()
    (most,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(most) // 1024


if __name__ == "__main__":
    main()
