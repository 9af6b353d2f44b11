"""The size of a JPEG picture, found between any markers."""

from __future__ import annotations

import struct

import pytest

from chalicelib.archive import jpeg_header
from chalicelib.archive.facts import Facts

START = b"\xff\xd8"


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def frame(marker: int = 0xC0, width: int = 1280, height: int = 1024) -> bytes:
    return segment(marker, struct.pack(">BHHB", 8, height, width, 3) + b"\0" * 9)


def read(content: bytes) -> Facts:
    return jpeg_header.facts(content, len(content))[0]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(START + frame(), id="at once"),
        pytest.param(START + segment(0xE1, b"Exif" * 100) + frame(), id="after Exif"),
        pytest.param(START + b"\xff\xff\xff" + frame(), id="after fill bytes"),
        pytest.param(START + segment(0xC4, b"\0" * 20) + frame(), id="after Huffman tables"),
        pytest.param(START + b"\xff\x01" + frame(), id="after a marker without length"),
        pytest.param(START + frame(0xC2), id="progressive"),
        pytest.param(
            START + segment(0xE0, START + frame(width=1)) + frame(), id="after a thumbnail"
        ),
    ],
)
def test_the_size_is_that_of_the_first_frame(content: bytes) -> None:
    assert (read(content).width, read(content).height) == (1280, 1024)


def test_a_picture_that_ends_before_its_frame_is_truncated() -> None:
    assert read(START + segment(0xE0, b"\0" * 30)[:-5]).flags == ("truncated",)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(START + b"\xff\xe0\0\0" + frame(), id="segment of length 0"),
        pytest.param(START + b"\xff\xda\0\x08" + b"\0" * 20, id="scan before any frame"),
        pytest.param(START + b"\xff\xc0\0\x03" + b"\0" * 20, id="frame too short"),
        pytest.param(START + segment(0xE0, b"") + b"no marker", id="no marker"),
    ],
)
def test_a_picture_without_a_sound_frame_is_unreadable(content: bytes) -> None:
    assert read(content).flags == ("unreadable-header",)


def test_more_bytes_are_wanted_while_the_frame_is_not_reached() -> None:
    start = START + segment(0xE1, b"\0" * 60_000)
    assert jpeg_header.facts(start, 200_000)[1] is False


def test_no_more_bytes_are_wanted_once_the_size_is_known() -> None:
    assert jpeg_header.facts(START + frame(), 200_000)[1] is True
