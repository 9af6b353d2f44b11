"""What samples stand for: shades, windows, colours, bits, frames."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from PIL import Image

from chalicelib.archive.facts import Kind
from chalicelib.pictures.coded import jpeg2000
from chalicelib.pictures.film import film_of
from chalicelib.pictures.model import Reason, Rendition
from chalicelib.pictures.source import MOST_BYTES, Source
from tests.pictures.scene import (
    JPEG_2000,
    JPEG_BASELINE,
    RUN_LENGTHS,
    a_dicom,
    a_file,
    a_header,
    come_out,
    encapsulated,
    item,
    opened,
    seen,
)
from tests.support.dicom import SEQUENCE_END, element, endless

SIDE = 16  # large enough for WebP to keep what is asked about
RED, BLUE = (255, 0, 0), (0, 0, 255)


def halves(left: bytes, right: bytes) -> bytes:
    """Return SIDE rows, each of one sample again and again, then of the other."""
    return (left * (SIDE // 2) + right * (SIDE // 2)) * SIDE


def shades(content: bytes) -> tuple[int, int]:
    """Return how bright the left and the right half come out."""
    view = seen(content).convert("L")
    return _whole(view.getpixel((3, 8))), _whole(view.getpixel((12, 8)))


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def colours(content: bytes) -> tuple[object, object]:
    view = seen(content)
    return view.getpixel((3, 8)), view.getpixel((12, 8))


def grey(left: int, right: int, **said: Any) -> bytes:
    """Return an object of two shades in words, of 16 bits unless *said* otherwise."""
    words = halves(struct.pack("<H", left & 0xFFFF), struct.pack("<H", right & 0xFFFF))
    usual: dict[str, Any] = {"allocated": 16, "stored": 16, "high": 15}
    return a_dicom(words, rows=SIDE, columns=SIDE, **usual | said)


def near(found: tuple[object, object], expected: tuple[object, object]) -> bool:
    pairs = zip(_flat(found), _flat(expected), strict=True)
    return all(abs(one - other) <= 6 for one, other in pairs)


def _flat(pair: tuple[object, object]) -> list[int]:
    bands = [each if isinstance(each, tuple) else (each,) for each in pair]
    return [band for each in bands for band in each]


def test_without_a_window_the_darkest_is_black_and_the_brightest_white() -> None:
    assert near(shades(grey(1_000, 1_400)), (0, 255))


def test_a_window_says_what_is_grey() -> None:
    assert near(shades(grey(150, 250, centre=b"200", width=b"200")), (64, 191))


def test_a_window_counts_in_rescaled_units() -> None:
    content = grey(512, 612, intercept=b"-1024", slope=b"2", centre=b"100", width=b"400")
    assert near(shades(content), (64, 191))


def test_of_several_windows_the_first_holds() -> None:
    content = grey(150, 250, centre=b"200\\9000", width=b"200\\1")
    assert near(shades(content), (64, 191))


def test_a_window_that_shows_nothing_gives_way() -> None:
    assert near(shades(grey(1_000, 1_400, centre=b"10", width=b"5")), (0, 255))


@pytest.mark.parametrize("width", [b"0", b"-5", b"nan", b"wide", b""])
def test_a_window_that_is_none_gives_way(width: bytes) -> None:
    assert near(shades(grey(1_000, 1_400, centre=b"1000", width=width)), (0, 255))


def test_monochrome1_is_the_other_way_round() -> None:
    assert near(shades(grey(1_000, 1_400, photometric=b"MONOCHROME1")), (255, 0))


def test_a_negative_number_is_darker_than_nought() -> None:
    assert near(shades(grey(-100, 100, signed=1)), (0, 255))


def test_a_sign_stands_in_the_highest_stored_bit() -> None:
    content = grey(-100 & 0x0FFF, 100, signed=1, stored=12, high=11)
    assert near(shades(content), (0, 255))


def test_bits_above_the_stored_ones_do_not_count() -> None:
    """Overlays stand there."""
    content = grey(0xF000 | 100, 200, stored=12, high=11, centre=b"150", width=b"100")
    assert near(shades(content), (0, 255))


def test_bits_below_the_stored_ones_do_not_count() -> None:
    content = grey(0x0647, 0x0C80, stored=12, high=15, centre=b"150", width=b"200")
    assert near(shades(content), (64, 191))


def test_bytes_without_a_window_are_shown_as_they_are() -> None:
    content = a_dicom(halves(b"\x40", b"\x80"), rows=SIDE, columns=SIDE)
    assert near(shades(content), (64, 128))


def test_a_bit_is_black_or_white() -> None:
    rows = b"\x00\xff" * SIDE
    assert near(shades(a_dicom(rows, rows=SIDE, columns=SIDE, allocated=1)), (0, 255))


def test_floats_are_shades_too() -> None:
    words = halves(struct.pack("<f", -0.5), struct.pack("<f", 0.25))
    head = a_header(rows=SIDE, columns=SIDE, allocated=32)
    assert near(shades(head + element(0x7FE00008, b"UN", words)), (0, 255))


def test_what_is_not_a_number_breaks_nothing() -> None:
    words = halves(struct.pack("<f", float("nan")), struct.pack("<f", float("inf")))
    head = a_header(rows=SIDE, columns=SIDE, allocated=32)
    picture, _ = come_out(head + element(0x7FE00008, b"UN", words))
    assert picture.width == SIDE or picture.reason is Reason.UNDECODABLE


def test_colours_come_by_pixel_or_by_plane() -> None:
    said: dict[str, Any] = {"rows": SIDE, "columns": SIDE, "samples": 3}
    by_pixel = halves(bytes(RED), bytes(BLUE))
    by_plane = b"".join(by_pixel[band::3] for band in range(3))
    for pixels, planar in ((by_pixel, 0), (by_plane, 1)):
        found = colours(a_dicom(pixels, photometric=b"RGB", planar=planar, **said))
        assert near(found, (RED, BLUE))


def test_words_in_colour_are_shown_by_their_stored_bits() -> None:
    red, blue = struct.pack("<3H", 1023, 0, 0), struct.pack("<3H", 0, 0, 1023)
    said: dict[str, Any] = {"samples": 3, "allocated": 16, "stored": 10, "high": 9}
    content = a_dicom(halves(red, blue), rows=SIDE, columns=SIDE, photometric=b"RGB", **said)
    assert near(colours(content), (RED, BLUE))


def test_two_pixels_share_their_colour_in_422() -> None:
    red, blue = b"\x4c\x4c\x55\xff", b"\x1d\x1d\xff\x6b"
    pixels = (red * (SIDE // 4) + blue * (SIDE // 4)) * SIDE
    said: dict[str, Any] = {"samples": 3, "photometric": b"YBR_FULL_422"}
    assert near(colours(a_dicom(pixels, rows=SIDE, columns=SIDE, **said)), (RED, BLUE))


@pytest.mark.parametrize("photometric", [b"HSV", b"CMYK", b"YBR_PARTIAL_420"])
def test_other_colours_are_named_as_not_supported(photometric: bytes) -> None:
    content = a_dicom(bytes(12), samples=3, photometric=photometric)
    assert come_out(content)[0].reason is Reason.UNSUPPORTED_PIXELS


def test_an_index_has_the_colour_of_its_palette() -> None:
    head = a_header(rows=SIDE, columns=SIDE, photometric=b"PALETTE COLOR")
    described = b"".join(
        element(tag, b"US", struct.pack("<3H", 2, 7, 16))
        for tag in (0x00281101, 0x00281102, 0x00281103)
    )
    tables = element(0x00281201, b"OW", struct.pack("<2H", 0xFFFF, 0))
    tables += element(0x00281202, b"OW", bytes(4))
    tables += element(0x00281203, b"OW", struct.pack("<2H", 0, 0xFFFF))
    pixels = element(0x7FE00010, b"OW", halves(b"\x03", b"\x09"))  # before 7 and after 8
    assert near(colours(head + described + tables + pixels), (RED, BLUE))


@pytest.mark.parametrize("rows", [1, 2, 65_535])
def test_a_palette_shorter_than_it_says_is_not_supported(rows: int) -> None:
    head = a_header(rows=rows, columns=1, photometric=b"PALETTE COLOR")
    described = b"".join(
        element(tag, b"US", struct.pack("<3H", 0, 0, 16))
        for tag in (0x00281101, 0x00281102, 0x00281103)
    )
    content = head + described + element(0x7FE00010, b"OW", bytes(rows))
    assert come_out(content)[0].reason is Reason.UNSUPPORTED_PIXELS


# --- compressed --------------------------------------------------------------------------------


def test_dicom_says_what_colours_a_silent_jpeg_has() -> None:
    """Without JFIF and Adobe's mark, red, green and blue would be taken for YCbCr."""
    image = Image.frombytes("RGB", (SIDE, SIDE), halves(bytes(RED), bytes(BLUE)))
    silent = a_file(image, "JPEG", quality=95, keep_rgb=True, subsampling=0)
    adobe = silent.index(b"\xff\xee")
    length = 2 + int.from_bytes(silent[adobe + 2 : adobe + 4])
    silent = silent[:adobe] + silent[adobe + length :]
    silent = silent.replace(b"R\x11\0G\x11\0B\x11\0", b"\x01\x11\0\x02\x11\0\x03\x11\0")
    silent = silent.replace(b"R\0G\0B\0", b"\x01\0\x02\0\x03\0")
    said: dict[str, Any] = {"rows": SIDE, "columns": SIDE, "samples": 3}
    assert near(colours(encapsulated(silent, photometric=b"RGB", **said)), (RED, BLUE))
    assert not near(colours(encapsulated(silent, photometric=b"YBR_FULL", **said)), (RED, BLUE))


def test_a_window_holds_for_jpeg_too() -> None:
    image = Image.frombytes("L", (SIDE, SIDE), halves(b"\x50", b"\xb0"))
    content = encapsulated(a_file(image, "JPEG", quality=95), centre=b"128", width=b"64")
    assert near(shades(content), (0, 255))


def test_jpeg_2000_of_16_bits_keeps_its_numbers() -> None:
    words = halves(struct.pack("<H", 150), struct.pack("<H", 250))
    image = Image.frombytes("I;16", (SIDE, SIDE), words)
    coded = a_file(image, "JPEG2000", no_jp2=True)
    said: dict[str, Any] = {"allocated": 16, "centre": b"200", "width": b"200"}
    assert near(shades(encapsulated(coded, syntax=JPEG_2000, **said)), (64, 191))


def test_a_large_jpeg_2000_is_decoded_at_a_fraction_of_its_size() -> None:
    coded = a_file(Image.new("L", (4_100, 100), 128), "JPEG2000", no_jp2=True)
    decoded, _ = jpeg2000(coded, 1_024)
    assert decoded.size == (1_025, 25)
    picture, files = come_out(encapsulated(coded, syntax=JPEG_2000, rows=100, columns=4_100))
    assert (picture.width, opened(files).size) == (4_100, (1_024, 25))


def test_run_lengths_are_unpacked() -> None:
    plane = b"\xf9\x40\xf9\x80" * SIDE  # eight times 0x40, eight times 0x80
    frame = struct.pack("<16L", 1, 64, *[0] * 14) + plane
    content = encapsulated(frame, syntax=RUN_LENGTHS, rows=SIDE, columns=SIDE)
    assert near(shades(content), (64, 128))


@pytest.mark.parametrize("syntax", [b"1.2.840.10008.1.2.4.80", b"1.2.840.10008.1.2.4.102", b"1.2"])
def test_a_syntax_that_we_cannot_undo_is_named(syntax: bytes) -> None:
    content = encapsulated(b"\xff\xd8\xff", syntax=syntax)
    assert come_out(content)[0].reason is Reason.UNSUPPORTED_SYNTAX


# --- frames ------------------------------------------------------------------------------------


def stills(number: int) -> list[bytes]:
    """Return so many JPEG pictures, each brighter than the one before."""
    step = 255 // number
    return [a_file(Image.new("L", (64, 64), n * step), "JPEG") for n in range(number)]


def brightness_along(content: bytes) -> list[int]:
    """Return how bright each picture of the strip is."""
    _, files = come_out(content)
    strip = opened(files, Rendition.STRIP).convert("L")
    return [_whole(strip.getpixel((x, 32))) for x in range(32, strip.width, 64)]


def test_a_strip_has_eight_frames_evenly_chosen() -> None:
    content = encapsulated(*stills(16), frames=b"16", rows=64, columns=64)
    assert brightness_along(content) == pytest.approx([n * 30 for n in range(8)], abs=4)


def test_a_few_frames_are_all_in_the_strip() -> None:
    content = encapsulated(*stills(3), frames=b"3", rows=64, columns=64)
    assert brightness_along(content) == pytest.approx([0, 85, 170], abs=4)


def test_the_view_is_of_the_first_frame() -> None:
    first, *others = stills(3)
    content = encapsulated(others[1], first, frames=b"2", rows=64, columns=64)
    assert near((seen(content).convert("L").getpixel((9, 9)), 170), (170, 170))


def test_frames_without_compression_follow_each_other() -> None:
    content = a_dicom(bytes([0]) * 4_096 + bytes([200]) * 4_096, frames=b"2", rows=64, columns=64)
    assert brightness_along(content) == pytest.approx([0, 200], abs=4)


def test_frames_of_bits_may_begin_within_a_byte() -> None:
    bits = "000000000" + "101010101" + "000000"
    packed = bytes(int(bits[place : place + 8][::-1], 2) for place in range(0, len(bits), 8))
    content = a_dicom(packed, frames=b"2", rows=3, columns=3, allocated=1)
    source = Source(lambda offset, length: content[offset : offset + length], len(content))
    second = film_of(source, Kind.DICOM).frame(1, 64)
    assert second.tobytes() == bytes([255, 0, 255, 0, 255, 0, 255, 0, 255])


def test_pixels_are_found_after_a_long_description() -> None:
    head, pixels = a_header(rows=SIDE, columns=SIDE), halves(b"\x40", b"\x80")
    long = element(0x00290010, b"OB", bytes(5 << 20))
    assert near(shades(head + long + element(0x7FE00010, b"OW", pixels)), (64, 128))


def test_frames_of_a_film_too_large_to_have_at_hand_are_found_by_the_offset_table() -> None:
    stack = stills(3)
    lengths = [len(item(each)) for each in stack]
    table = struct.pack("<3L", 0, lengths[0], sum(lengths[:2]))
    content = encapsulated(*stack, table=table, frames=b"3", rows=64, columns=64)
    picture, files = come_out(content, size_bytes=MOST_BYTES + 1)
    strip = opened(files, Rendition.STRIP).convert("L")
    assert picture.frames == 3
    assert near((strip.getpixel((96, 9)), strip.getpixel((160, 9))), (85, 170))


def test_a_frame_in_several_fragments_is_found_by_the_offset_table() -> None:
    one, two = stills(2)
    pieces = [one[:100], one[100:], two]
    table = struct.pack("<2L", 0, sum(len(item(each)) for each in pieces[:2]))
    content = encapsulated(*pieces, table=table, frames=b"2", rows=64, columns=64)
    assert brightness_along(content) == pytest.approx([0, 127], abs=4)


def test_a_frame_in_several_fragments_is_found_by_its_first_bytes() -> None:
    one, two = stills(2)
    content = encapsulated(one[:100], one[100:], two, frames=b"2", rows=64, columns=64)
    assert brightness_along(content) == pytest.approx([0, 127], abs=4)


def test_one_frame_may_come_in_many_fragments() -> None:
    _, still = stills(2)
    pieces = [still[place : place + 50] for place in range(0, len(still), 50)]
    assert near((seen(encapsulated(*pieces)).convert("L").getpixel((9, 9)), 127), (127, 127))


def test_more_frames_than_are_there_are_not_believed() -> None:
    content = encapsulated(*stills(2), frames=b"999", rows=64, columns=64)
    assert come_out(content)[0].frames == 2


def test_a_frame_that_is_cut_is_left_out_of_the_strip() -> None:
    stack = stills(3)
    fragments = b"".join(item(each) for each in (b"", *stack))
    head = a_header(JPEG_BASELINE, rows=64, columns=64, frames=b"3")
    content = head + endless(0x7FE00010, b"OB") + fragments[:-200]
    assert brightness_along(content) == pytest.approx([0, 85], abs=4)
    assert come_out(content + SEQUENCE_END)[0].frames == 2
