"""What an object is told to be from its first bytes, whatever they are."""

from __future__ import annotations

import logging
import random
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.archive.facts import Facts, Flag, Kind, PersonName
from chalicelib.archive.inspection import FIRST_BYTES, MOST_BYTES, inspect
from tests.support.dicom import (
    CANARY_ID,
    CANARY_NAME,
    ITEM,
    PREAMBLE,
    canary,
    deflated,
    element,
    endless,
    meta,
    shipped_files,
)

PIXELS = element(0x7FE00010, b"OB", b"\x01" * 64)
A_PICTURE = meta() + canary() + PIXELS
SMALL_FILES = [path.read_bytes() for path in shipped_files() if 300 < path.stat().st_size < 5_000]
mutable = st.sampled_from([A_PICTURE, deflated(canary()), *SMALL_FILES])


class Ranges:
    """Range GETs on bytes, counted."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.sizes: list[int] = []

    def __call__(self, offset: int, length: int) -> bytes:
        self.sizes.append(length)
        return self.content[offset : offset + length]


def inspected(content: bytes) -> Facts:
    return inspect(Ranges(content), len(content))


def test_patient_study_and_picture_come_from_the_header() -> None:
    assert inspected(A_PICTURE) == Facts(
        kind=Kind.DICOM,
        width=1280,
        height=1024,
        frames=1,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.77.1.1",
        study_uid="1.2.826.0.1.3680043.10.1",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        patient_id=CANARY_ID,
        patient_name=PersonName.parse(CANARY_NAME),
        birth_date="1980-02-29",
        studied_at="2026-04-01T09:30:00",
        header_bytes=len(meta() + canary()),
    )


def test_an_empty_object_is_something_else_and_nothing_is_read() -> None:
    ranges = Ranges(b"")
    assert (inspect(ranges, 0), ranges.sizes) == (Facts(kind=Kind.OTHER), [])


def test_a_text_is_something_else() -> None:
    assert inspected(b"path,examination_id\n" * 50) == Facts(kind=Kind.OTHER)


def test_a_header_within_64_kib_takes_one_range() -> None:
    ranges = Ranges(A_PICTURE + b"\0" * MOST_BYTES)
    inspect(ranges, len(ranges.content))
    assert ranges.sizes == [FIRST_BYTES]


def test_a_longer_header_takes_a_second_range() -> None:
    private = element(0x00091010, b"OB", b"\0" * 100_000)
    ranges = Ranges(meta() + private + canary() + PIXELS + b"\0" * MOST_BYTES)
    assert inspect(ranges, len(ranges.content)).patient_id == CANARY_ID
    assert ranges.sizes == [FIRST_BYTES, MOST_BYTES]


def test_the_second_range_is_taken_when_the_first_ends_between_two_elements() -> None:
    filler_bytes = FIRST_BYTES - len(meta()) - 12
    filler = element(0x00091010, b"OB", b"\0" * filler_bytes)
    assert len(meta() + filler) == FIRST_BYTES
    assert inspected(meta() + filler + canary()).patient_id == CANARY_ID


def test_a_header_over_1_mib_is_flagged_and_what_came_before_is_kept() -> None:
    private = element(0x00291010, b"OB", b"\0" * 2 * MOST_BYTES)
    head = canary().partition(struct.pack("<HH", 0x28, 0x08))[0]
    facts = inspected(meta() + head + element(0x00211010, b"OB", b"\0" * 2 * MOST_BYTES) + private)
    assert (facts.patient_id, facts.flags) == (CANARY_ID, ("header-too-long",))


def test_long_private_data_after_the_last_wanted_element_takes_no_second_range() -> None:
    ranges = Ranges(meta() + canary() + element(0x00291010, b"OB", b"\0" * 200_000) + PIXELS)
    assert inspect(ranges, len(ranges.content)).flags == ()
    assert ranges.sizes == [FIRST_BYTES]


def test_a_deflated_data_set_is_inflated() -> None:
    assert inspected(deflated(canary() + PIXELS)).patient_id == CANARY_ID


def test_a_deflate_bomb_is_inflated_up_to_a_bound() -> None:
    head = canary().partition(struct.pack("<HH", 0x28, 0x08))[0]
    bomb = deflated(head + element(0x00211010, b"OB", b"\0" * 50_000_000))
    facts = inspected(bomb)
    assert (facts.patient_id, facts.flags) == (CANARY_ID, ("header-too-long",))


def test_damaged_deflated_bytes_are_flagged() -> None:
    assert Flag.UNREADABLE_HEADER in inspected(deflated(b"")[:-2] + b"\xff" * 64).flags


def test_sequences_ten_thousand_deep_do_not_hide_what_came_before() -> None:
    nested = (endless(0x00211010, b"SQ") + ITEM) * 10_000
    facts = inspected(meta() + canary().partition(struct.pack("<HH", 0x28, 0x08))[0] + nested)
    assert (facts.patient_id, facts.flags) == (CANARY_ID, ("truncated",))


def test_a_value_that_claims_4_gib_is_cut_not_allocated() -> None:
    claim = struct.pack("<HH2sHL", 0x0009, 0x1010, b"OB", 0, 0xFFFFFFFE)
    assert inspected(meta() + claim + canary()).flags == ("no-study", "no-patient", "truncated")


def test_a_mebibyte_of_ff_is_something_else() -> None:
    assert inspected(b"\xff" * MOST_BYTES) == Facts(kind=Kind.OTHER)


def test_fragments_that_hide_the_next_element_cost_no_more_than_their_bytes() -> None:
    """A delimiter search from each element anew, as pydicom does it, takes minutes here."""
    end_in_a_fragment = struct.pack("<HHL", 0xFFFE, 0xE000, 20) + struct.pack(
        "<HHL", 0xFFFE, 0xE0DD, 0
    )
    chain = (endless(0x00091010, b"OB") + end_in_a_fragment) * 30_000
    assert inspected(meta() + chain).kind == Kind.DICOM


def test_dicom_that_stops_after_its_magic_is_unreadable() -> None:
    assert inspected(PREAMBLE).flags == ("no-study", "no-patient", "unreadable-header")


def test_a_file_cut_in_its_pixels_is_truncated() -> None:
    assert inspected(A_PICTURE[:-10]).flags == ("truncated",)


def test_a_data_set_without_preamble_is_dicom_if_it_has_a_uid() -> None:
    facts = inspected(canary() + PIXELS)
    assert (facts.kind, facts.patient_id, facts.flags) == (Kind.DICOM, CANARY_ID, ("no-preamble",))


def test_bytes_without_preamble_and_uid_are_something_else() -> None:
    assert inspected(element(0x00080005, b"CS", b"ISO_IR 6") * 9).kind == Kind.OTHER


def test_a_jpeg_that_has_the_dicom_magic_in_a_comment_stays_a_jpeg() -> None:
    comment = b"\xff\xfe" + struct.pack(">H", 200) + b"x" * 122 + b"DICM" + b"\0" * 72
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, 1024, 1280, 0)
    facts = inspected(b"\xff\xd8" + comment + frame)
    assert (facts.kind, facts.width, facts.height) == (Kind.JPEG, 1280, 1024)


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=2_000),
    prefix=st.sampled_from([b"", PREAMBLE, meta(), b"\xff\xd8\xff"]),
)
def test_random_bytes_have_facts(content: bytes, prefix: bytes) -> None:
    assert isinstance(inspected(prefix + content), Facts)


@settings(max_examples=200, deadline=None)
@given(content=mutable, data=st.data())
def test_files_cut_anywhere_have_facts(content: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(content)))
    assert isinstance(inspected(content[:cut]), Facts)


@settings(max_examples=300, deadline=None)
@given(content=mutable, seed=st.integers(0, 2**32), flips=st.integers(1, 20))
def test_files_with_flipped_bytes_have_facts(content: bytes, seed: int, flips: int) -> None:
    chance = random.Random(seed)
    damaged = bytearray(content)
    for _ in range(flips):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    facts = inspected(bytes(damaged))
    assert facts.patient_id is None or len(facts.patient_id) <= 64


@pytest.mark.parametrize("charset", [b"ISO_IR 192", b"ISO 2022 IR 87", b"NO_SUCH_SET", b"\xff"])
def test_nothing_about_the_patient_is_logged_or_warned(
    charset: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for content in (meta() + canary(charset=charset, birth_date=b"CANARY"), A_PICTURE[:300]):
            inspected(content)
    assert (said, caplog.records, capfd.readouterr()) == ([], [], ("", ""))


def test_no_heavy_library_is_imported() -> None:
    """All Lambdas share one app.py: what inspection needs, every cold start pays."""
    look = (
        "import sys, chalicelib.archive.inspection as i; i.inspect(lambda o, n: b'x', 1);"
        "print({'pydicom', 'numpy', 'PIL', 'boto3', 'hypothesis'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", look], cwd=root, capture_output=True, check=True)
    assert ran.stdout.strip() == b"set()"
