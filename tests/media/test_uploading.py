"""An image goes into the media bucket as it is written, in parts."""

from __future__ import annotations

import hashlib

import pytest

from chalicelib.buckets.client import client
from chalicelib.buckets.media import PART_BYTES, MediaUpload
from chalicelib.media import image
from chalicelib.media.model import made
from chalicelib.settings import settings
from tests.media.scene import AT, written


@pytest.mark.usefixtures("aws")
def test_an_image_is_the_same_in_the_bucket() -> None:
    entries = [made(f"DICOM/E0000001/I000000{each}", bytes([each]) * PART_BYTES) for each in (1, 2)]
    with MediaUpload("x/disc.iso") as upload:
        image.write(entries, upload, label="HOKAN_0001", at=AT)
        upload.complete()
    found = client().get_object(Bucket=settings().media_bucket, Key="x/disc.iso")["Body"].read()
    assert hashlib.sha256(found).digest() == hashlib.sha256(written(entries)).digest()
    assert upload.parts_sent == 3
