"""Files sent to be stored, as clients of STOW-RS do."""

from __future__ import annotations

import json
from typing import Any

from chalice.test import HTTPResponse

from tests.dicomweb.scene import DICOM_JSON, uids_of
from tests.support.dicom import element, meta
from tests.support.people import Anonymous
from tests.support.world import World

BOUNDARY = "0f3cf5c0-70e0-41ef-baef-c6f9f65ec3e1"  # dicomweb-client's own
MEDIA = f'multipart/related; type="application/dicom"; boundary="{BOUNDARY}"'
ENDOSCOPIC = b"1.2.840.10008.5.1.4.1.1.77.1.1"
REASON, STORED, FAILED, OTHERS = "00081197", "00081199", "00081198", "0008119A"


def in_parts(*files: bytes) -> bytes:
    """Return *files* as the body of one request."""
    head = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return b"".join(head + each + b"\r\n" for each in files) + f"--{BOUNDARY}--\r\n".encode()


def send(
    caller: Anonymous,
    world: World,
    *files: bytes,
    study: str = "",
    accept: str = DICOM_JSON,
    media: str = MEDIA,
) -> HTTPResponse:
    """Send *files* to the world's target, of one *study* if named."""
    path = f"/dicom-web/targets/{world.target_id}/studies"
    path += f"/{study}" if study else ""
    return post(caller, path, in_parts(*files), accept, media)


def post(
    caller: Anonymous, path: str, body: bytes, accept: str = DICOM_JSON, media: str = MEDIA
) -> HTTPResponse:
    headers = {"Content-Type": media, "Accept": accept, **caller.headers("POST", path, body)}
    return caller.client.http.request("POST", path, headers=headers, body=body)


def told(response: HTTPResponse, tag: str) -> list[dict[str, Any]]:
    """Return the items of a sequence of the answer."""
    return list(json.loads(response.body).get(tag, {}).get("Value", []))


def reasons(response: HTTPResponse, tag: str = FAILED) -> list[int]:
    return [each[REASON]["Value"][0] for each in told(response, tag)]


def an_instance(
    number: int = 1, *, study: int = 1, patient: bytes = b"P-1", pixels: bytes = b"pixels"
) -> bytes:
    """Return a small endoscopic image."""
    return meta() + b"".join(
        [
            element(0x00080016, b"UI", ENDOSCOPIC),
            element(0x00080018, b"UI", f"1.2.3.{number}".encode()),
            element(0x00100020, b"LO", patient),
            element(0x0020000D, b"UI", f"1.2.4.{study}".encode()),
            element(0x0020000E, b"UI", f"1.2.5.{study}".encode()),
            element(0x7FE00010, b"OB", pixels),
        ]
    )


def study_of(name: str) -> str:
    return uids_of(name)["study"]
