"""Headers, frames, files and pictures, as viewers retrieve them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pydicom
import pytest
from chalice.test import HTTPResponse
from PIL import Image

from chalicelib.audit.store import of_facility
from chalicelib.dicomweb import api
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.dicomweb.scene import ask, back_up, found, shipped, uids_of, values
from tests.support.world import World, build

OHIF = "multipart/related; type=application/octet-stream; transfer-syntax=*"
CLIENT = 'multipart/related; type="*/*"'
FILE = 'multipart/related; type="application/dicom"; transfer-syntax=*'


@dataclass
class Here:
    """One instance of the world's target."""

    world: World
    name: str

    def path(self, below: str = "") -> str:
        uids = uids_of(self.name)
        return "/{study}/series/{series}/instances/{instance}".format(**uids) + below

    def get(self, below: str, accept: str, **query: str) -> HTTPResponse:
        return ask(self.world.doctor, self.world, self.path(below), accept, **query)


def stored(world: World, name: str) -> Here:
    back_up(world, name)
    return Here(world, name)


def parts(response: HTTPResponse) -> list[tuple[str, bytes]]:
    """Return (type, bytes) of each part of an answer."""
    boundary = response.headers["Content-Type"].rpartition("boundary=")[2]
    return split(response.body, boundary)


def split(body: bytes, boundary: str) -> list[tuple[str, bytes]]:
    pieces = body.split(f"--{boundary}".encode())[1:-1]
    heads = (each.partition(b"\r\n\r\n") for each in pieces)
    return [
        (head.decode().strip().removeprefix("Content-Type: "), rest.removesuffix(b"\r\n"))
        for head, _, rest in heads
    ]


def frames_of(name: str) -> list[bytes]:
    """Return the frames of a compressed file as pydicom finds them."""
    from pydicom.encaps import generate_frames

    read = pydicom.dcmread(io.BytesIO(shipped(name)))
    return list(
        generate_frames(read.PixelData, number_of_frames=int(read.get("NumberOfFrames", 1)))
    )


def test_metadata_is_the_header_without_pixels(world: World) -> None:
    here = stored(world, "CT_small.dcm")
    (header,) = found(world, here.path("/metadata"))

    assert header["00280030"]["Value"] == [0.661468, 0.661468]
    assert "7FE00010" not in header


def test_a_series_answers_all_its_headers(world: World) -> None:
    here = stored(world, "CT_small.dcm")
    series = here.path().partition("/instances")[0]

    assert values(found(world, f"{series}/metadata"), "00080060") == ["CT"]


@pytest.mark.parametrize("accept", [OHIF, CLIENT])
def test_a_compressed_frame_is_the_bytes_that_were_stored(world: World, accept: str) -> None:
    here = stored(world, "examples_ybr_color.dcm")

    ((media, frame),) = parts(here.get("/frames/30", accept))

    assert frame.rstrip(b"\0") == frames_of(here.name)[29].rstrip(b"\0")
    assert media.endswith("transfer-syntax=1.2.840.10008.1.2.4.50")


def test_several_frames_come_in_the_order_asked_for(world: World) -> None:
    here = stored(world, "examples_ybr_color.dcm")
    one, two = (here.get(f"/frames/{each}", OHIF) for each in (1, 2))

    both = parts(here.get("/frames/2,1", OHIF))

    assert [frame for _, frame in both] == [parts(two)[0][1], parts(one)[0][1]]


def test_big_endian_samples_go_out_little_endian(world: World) -> None:
    here = stored(world, "MR_small_bigendian.dcm")

    ((media, frame),) = parts(here.get("/frames/1", OHIF))

    little = pydicom.dcmread(io.BytesIO(shipped("MR_small.dcm"))).PixelData
    assert frame == little
    assert media.endswith("transfer-syntax=1.2.840.10008.1.2.1")


@pytest.mark.parametrize("number", ["0", "31", "99999999"])
def test_a_frame_that_is_not_there_is_not_found(world: World, number: str) -> None:
    here = stored(world, "examples_ybr_color.dcm")

    response = here.get(f"/frames/{number}", OHIF)

    assert response.status_code == 404
    assert "frames 1 to 30" in response.body.decode()


@pytest.mark.parametrize("number", ["-1", "one", "1,,2", "1;2", "٣"])
def test_what_is_no_number_of_a_frame_is_refused(world: World, number: str) -> None:
    from urllib.parse import quote

    here = stored(world, "CT_small.dcm")

    assert here.get(f"/frames/{quote(number)}", OHIF).status_code == 422


def test_a_file_comes_back_bit_for_bit(world: World) -> None:
    here = stored(world, "CT_small.dcm")

    assert parts(here.get("", FILE)) == [("application/dicom", shipped(here.name))]


def test_who_takes_the_file_alone_is_sent_to_it(world: World) -> None:
    here = stored(world, "CT_small.dcm")

    response = here.get("", "application/dicom")

    assert response.status_code == 307
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query["response-content-type"] == ["application/dicom"]


def test_large_frames_are_fetched_from_beside_the_pictures(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = stored(world, "US1_UNCR.dcm")
    monkeypatch.setattr(api, "MOST_BYTES", 100_000)

    response = here.get("/frames/1", OHIF)

    assert response.status_code == 307
    key = urlsplit(response.headers["Location"]).path.partition("/f/")[2]
    there = boto3.client("s3").get_object(Bucket=settings().derived_bucket, Key=f"f/{key}")
    boundary = there["ContentType"].rpartition("boundary=")[2]
    ((_, frame),) = split(there["Body"].read(), boundary)
    assert frame == pydicom.dcmread(io.BytesIO(shipped(here.name))).PixelData


def test_more_files_than_an_answer_holds_are_to_be_had_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = stored(world, "CT_small.dcm")
    monkeypatch.setattr(api, "MOST_BYTES", 100)

    response = ask(world.doctor, world, here.path().partition("/instances")[0], FILE)

    assert response.status_code == 413
    assert "one by one" in response.body.decode()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_in_the_form_asked_for(world: World, kind: str) -> None:
    here = stored(world, "CT_small.dcm")

    image = Image.open(io.BytesIO(here.get("/rendered", f"image/{kind.lower()}").body))

    assert (image.format, image.size) == (kind, (128, 128))


def test_a_thumbnail_fits_the_viewport(world: World) -> None:
    here = stored(world, "US1_UNCR.dcm")

    small = here.get("/thumbnail", "image/jpeg", viewport="64,64")

    assert max(Image.open(io.BytesIO(small.body)).size) == 64


def test_what_has_no_picture_says_so(world: World) -> None:
    here = stored(world, "rtplan.dcm")

    response = here.get("/rendered", "image/jpeg")

    assert (response.status_code, json.loads(response.body)["type"].rpartition("/")[2]) == (
        409,
        "picture-no-picture",
    )


def test_a_look_at_a_study_is_one_row_of_the_audit_log(world: World) -> None:
    here = stored(world, "examples_ybr_color.dcm")
    for number in range(1, 6):
        here.get(f"/frames/{number}", OHIF)

    assert reads(world) == 1


def test_a_look_that_goes_on_is_audited_again(world: World) -> None:
    here = stored(world, "CT_small.dcm")
    here.get("/metadata", "application/dicom+json")
    clock.move(16 * 60)

    here.get("/metadata", "application/dicom+json")

    assert reads(world) == 2


def reads(world: World) -> int:
    events: list[Any] = [event for _, event, _ in of_facility(world.facility_id)]
    return sum(each.action == "read-study" for each in events)


def test_another_facilitys_study_is_not_found(world: World) -> None:
    here = stored(world, "CT_small.dcm")

    assert ask(build(world.client).doctor, world, here.path("/metadata")).status_code == 404
