"""Files that go with a message: announced, put, looked at, kept."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from chalicelib.access.model import Caller, Role
from chalicelib.inquiries import files, kinds
from chalicelib.inquiries.model import File
from chalicelib.kernel import clock
from chalicelib.kernel.errors import HokanError, Invalid
from chalicelib.settings import settings
from tests.inquiries.scene import PDF, announced, kept, put, sent

pytestmark = pytest.mark.usefixtures("aws")

DAY = 24 * 3600
WHO = Caller(Role.DOCTOR, "person-doctor", "facility-1")
CLERK = Caller(Role.CLERK, "person-clerk")
DICOM = b"\0" * 128 + b"DICM"
GOOD = {
    "a.pdf": PDF,
    "a.png": b"\x89PNG\r\n\x1a\n",
    "a.jpg": b"\xff\xd8\xff\xe0",
    "a.JPEG": b"\xff\xd8\xff\xe0",
    "a.gif": b"GIF89a",
    "a.webp": b"RIFF\0\0\0\0WEBP",
    "a.txt": "山田".encode("shift_jis"),
    "b.txt": "\ufeff山田".encode("utf-16"),
    "a.csv": b"a,b\r\n1,<2",
    "a.zip": b"PK\x05\x06",
    "a.docx": b"PK\x03\x04",
    "a.xlsx": b"PK\x03\x04",
    "a.pptx": b"PK\x03\x04",
    "a.mp4": b"\0\0\0\x18ftypisom",
}
BAD = {
    "a page": ("a.txt", b" \r\n<!DOCTYPE html>"),
    "a page behind a mark": ("a.txt", b"\xef\xbb\xbf<HTML>"),
    "a drawing": ("a.csv", b"<svg onload='alert(1)'/>"),
    "a script": ("a.txt", b"#!/bin/sh"),
    "a program": ("a.txt", b"MZ\x90\0\x03\0"),
    "a program that says it is a picture": ("a.png", b"MZ\x90\0"),
    "a page that says it is a report": ("a.pdf", b"<html>%PDF-1.7"),
    "a still that says it is a film": ("a.mp4", b"\0\0\0\x18ftypheic"),
    "nothing of an office's": ("a.docx", b"PK\x05\x06"),
}


def attached(*file_ids: str, **changes: Any) -> list[File]:
    return files.attached(WHO, file_ids, "facility-1", **({"keeps_names": False} | changes))


def refused(*file_ids: str) -> str:
    with pytest.raises(HokanError) as error:
        attached(*file_ids)
    return error.value.code


@pytest.mark.parametrize("name", GOOD)
def test_a_file_whose_name_and_bytes_agree_is_taken(name: str) -> None:
    assert "/" in kinds.media_type(name, GOOD[name])


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_not_what_it_says_is_refused(what: str) -> None:
    with pytest.raises(Invalid, match="not what its name says"):
        kinds.media_type(*BAD[what])


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.exe", "a.docm", "a.js", "pdf", "a.pdf.lnk"])
def test_what_a_computer_would_run_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(Invalid, match="not taken"):
        kinds.extension(name)


@pytest.mark.parametrize(("name", "body"), [("a.dcm", b""), ("a.jpg", DICOM), ("a.txt", DICOM)])
def test_an_image_of_dicom_is_referred_to_instead(name: str, body: bytes) -> None:
    with pytest.raises(Invalid, match="refer to the examination"):
        kinds.media_type(name, body)


def test_bytes_that_did_not_come_go_with_no_message() -> None:
    missing = announced(WHO)
    other = announced(WHO)
    put(WHO, other, PDF[:-1] + b"T")

    for each in (missing, other, "file-0"):
        assert refused(each) == "file-missing"


def test_who_else_put_it_does_not_send_it() -> None:
    assert refused(sent(CLERK)) == "file-missing"


def test_a_file_waits_a_day() -> None:
    file_id = sent(WHO)
    clock.move(DAY + 1)

    assert refused(file_id) == "file-missing"


def test_bytes_that_are_not_what_was_said_are_not_kept() -> None:
    assert refused(sent(WHO, "a.png", b"MZ\x90\0")) == "bad-file"
    assert objects() == []


def test_the_same_bytes_are_kept_once_for_a_facility() -> None:
    first, second = sent(WHO, "a.pdf"), sent(WHO, "b.pdf")

    assert {each.key for each in attached(first, second)} == set(objects())
    assert [each.name for each in attached(first, second)] == ["file-1.pdf", "file-2.pdf"]


def test_a_small_file_may_come_by_a_form() -> None:
    [file] = attached(files.take_form(WHO, "a.pdf", PDF))

    assert kept(file.key) == PDF


@pytest.mark.parametrize(
    ("name", "size", "digest", "code"),
    [
        ("a.pdf", 0, "0" * 64, "bad-file"),
        ("a.pdf", 1, "A" * 64, "bad-file"),
        ("a.pdf", files.MOST_BYTES + 1, "0" * 64, "file-too-large"),
        ("x" * 200 + ".pdf", 1, "0" * 64, "bad-file"),
        ("a\x07.pdf", 1, "0" * 64, "bad-file"),
    ],
)
def test_what_cannot_be_taken_gets_no_url(name: str, size: int, digest: str, code: str) -> None:
    with pytest.raises(HokanError) as error:
        files.announce(WHO, name, size, digest)
    assert error.value.code == code


def test_the_bytes_may_be_put_with_these_very_headers_and_once() -> None:
    answer = files.announce(WHO, "a.pdf", 7, "0" * 64)

    assert f"/inquiries/facility-1/{answer.file_id}?" in answer.url
    assert (answer.headers["if-none-match"], answer.headers["content-length"]) == ("*", "7")
    assert "x-amz-checksum-sha256" in answer.headers


def test_thirty_files_of_one_person_wait_at_once() -> None:
    for _ in range(files.MOST_WAITING):
        last = announced(WHO)

    with pytest.raises(HokanError) as error:
        announced(WHO)
    assert error.value.code == "too-many-waiting"
    files.gone(WHO, [last])
    assert announced(WHO)


def test_the_files_of_a_message_are_no_more_than_a_request_can_carry() -> None:
    ids = [files.announce(WHO, "a.pdf", files.MOST_BYTES, "0" * 64).file_id for _ in range(3)]
    assert refused(*ids) == "file-too-large"


def objects() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=settings().objects_bucket, Prefix="i/")
    return [each["Key"] for each in listed.get("Contents", [])]
