"""What clients take, as they really write it."""

from __future__ import annotations

import pytest

from chalicelib.dicomweb.accepting import (
    OCTETS,
    Accepted,
    accepted,
    in_parts,
    of_frames,
    of_picture,
)
from chalicelib.kernel.errors import NotAcceptable

JPEG, EXPLICIT = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.1"


@pytest.mark.parametrize(
    ("header", "media"),
    [
        pytest.param(
            "multipart/related; type=application/octet-stream; transfer-syntax=*", OCTETS, id="OHIF"
        ),
        pytest.param('multipart/related; type="*/*"', "image/jpeg", id="dicomweb-client"),
        pytest.param('multipart/related; type="image/jpeg"', "image/jpeg", id="by its type"),
        pytest.param("*/*", "image/jpeg", id="anything"),
        pytest.param("", "image/jpeg", id="nothing said"),
        pytest.param(
            'multipart/related; type="image/jls", multipart/related; type="image/jpeg"',
            "image/jpeg",
            id="the second choice",
        ),
        pytest.param(
            f'multipart/related; type="image/jpeg"; transfer-syntax={JPEG}',
            "image/jpeg",
            id="this very syntax",
        ),
    ],
)
def test_a_frame_goes_out_as_the_client_takes_it(header: str, media: str) -> None:
    assert of_frames(header, JPEG) == media


@pytest.mark.parametrize(
    "header",
    [
        'multipart/related; type="image/jls"',
        "application/json",
        f"multipart/related; type=application/octet-stream; transfer-syntax={EXPLICIT}",
    ],
)
def test_nothing_is_transcoded_for_who_takes_another_form(header: str) -> None:
    with pytest.raises(NotAcceptable, match="stored as image/jpeg"):
        of_frames(header, JPEG)


def test_uncompressed_frames_are_octets() -> None:
    assert of_frames('multipart/related; type="*/*"', EXPLICIT) == OCTETS


@pytest.mark.parametrize(
    ("header", "media"),
    [("image/png", "image/png"), ("image/*", "image/jpeg"), ("text/html, */*", "image/jpeg")],
)
def test_a_picture_is_what_the_client_can_show(header: str, media: str) -> None:
    assert of_picture(header) == media


def test_a_client_that_shows_no_pictures_gets_none() -> None:
    with pytest.raises(NotAcceptable):
        of_picture("application/dicom")


def test_commas_and_semicolons_in_quotes_part_nothing() -> None:
    assert accepted('multipart/related; type="a,b;c"') == [Accepted("multipart/related", "a,b;c")]


def test_parts_are_parted_by_what_no_file_can_hold() -> None:
    first, media = in_parts([("image/jpeg", b"one"), ("image/jpeg", b"two")], "image/jpeg")
    second, _ = in_parts([("image/jpeg", b"one")], "image/jpeg")

    boundary = media.rpartition("=")[2].encode()
    assert [each.rpartition(b"\r\n\r\n")[2] for each in first.split(b"--" + boundary)] == [
        b"",
        b"one\r\n",
        b"two\r\n",
        b"--\r\n",
    ]
    assert boundary not in second
