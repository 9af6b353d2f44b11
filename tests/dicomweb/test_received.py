"""What comes in one request: its parts as they were sent, and which of them can be kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.dicomweb.received import (
    ENVELOPE_BYTES,
    EVENT_BYTES,
    MOST_BYTES,
    Reason,
    files_in,
    path_of,
    received,
    refusal,
)
from chalicelib.kernel.errors import Invalid, UnsupportedType
from tests.dicomweb.scene import shipped
from tests.dicomweb.sending import MEDIA, an_instance, in_parts
from tests.support.dicom import element, meta

ENDS = st.sampled_from([b"", b"\n", b"\r", b"\r\n", b"\r\n\r\n", b"--", b"\r\n--"])
BODIES = st.builds(lambda body, end: body + end, st.binary(max_size=300), ENDS)


@given(st.lists(BODIES, min_size=1, max_size=4))
def test_files_come_out_of_a_request_bit_for_bit(files: list[bytes]) -> None:
    assert files_in(MEDIA, in_parts(*files)) == files


def test_a_large_file_comes_out_of_a_request_bit_for_bit() -> None:
    file = shipped("US1_UNCR.dcm")
    assert files_in(MEDIA, in_parts(file)) == [file]


@pytest.mark.parametrize("body", [b"", b"no boundary", in_parts()[:-2]])
def test_a_request_without_parts_is_not_valid(body: bytes) -> None:
    with pytest.raises(Invalid):
        files_in(MEDIA, body)


def test_headers_without_their_pixels_are_not_taken() -> None:
    media = MEDIA.replace("application/dicom", "application/dicom+json")
    with pytest.raises(UnsupportedType):
        files_in(media, in_parts(b"[]"))


def test_what_fits_a_request_fits_an_event_in_base_64() -> None:
    in_base_64 = -(-MOST_BYTES // 3) * 4
    assert EVENT_BYTES - ENVELOPE_BYTES - 4 <= in_base_64 <= EVENT_BYTES - ENVELOPE_BYTES


def test_a_sound_file_is_kept() -> None:
    assert refusal(received(an_instance()), None) is None


def test_a_file_of_the_study_named_is_kept() -> None:
    assert refusal(received(an_instance(study=7)), "1.2.4.7") is None


def test_a_file_of_another_study_than_named_is_refused() -> None:
    assert refusal(received(an_instance(study=7)), "1.2.4.8") is Reason.OTHER_STUDY


def test_a_directory_of_a_disc_is_no_instance() -> None:
    assert refusal(received(shipped("DICOMDIR")), None) is Reason.CLASS_NOT_SUPPORTED


UIDS = {0x00080016: b"1.2.840.1", 0x00080018: b"1.2.3", 0x0020000D: b"1.2.4", 0x0020000E: b"1.2.5"}


@pytest.mark.parametrize("left_out", UIDS, ids=hex)
def test_a_file_without_one_of_its_uids_is_not_understood(left_out: int) -> None:
    kept = {tag: uid for tag, uid in UIDS.items() if tag != left_out}
    body = meta() + b"".join(element(tag, b"UI", uid) for tag, uid in kept.items())
    assert refusal(received(body), None) is Reason.NOT_UNDERSTOOD


def test_a_uid_that_is_none_is_not_understood() -> None:
    body = meta() + b"".join(
        element(tag, b"UI", b"../1" if tag == 0x0020000D else uid) for tag, uid in UIDS.items()
    )
    assert refusal(received(body), None) is Reason.NOT_UNDERSTOOD


def test_a_file_that_was_cut_off_is_not_understood() -> None:
    assert refusal(received(an_instance()[:-3]), None) is Reason.NOT_UNDERSTOOD


def test_a_picture_is_not_understood() -> None:
    assert refusal(received(b"\xff\xd8\xff\xe0 no DICOM"), None) is Reason.NOT_UNDERSTOOD


def test_a_file_is_put_back_under_its_uids() -> None:
    assert path_of(received(an_instance(3, study=7)).facts) == "1.2.4.7/1.2.3.3.dcm"


def test_another_file_of_the_same_uid_is_put_back_beside_it() -> None:
    assert path_of(received(an_instance(3, study=7)).facts, 2) == "1.2.4.7/1.2.3.3-2.dcm"
