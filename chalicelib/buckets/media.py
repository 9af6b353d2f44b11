"""Files written into the media bucket, which forgets."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Self

from botocore.exceptions import ClientError, HTTPClientError

from chalicelib.buckets.client import client
from chalicelib.settings import settings

PART_BYTES = 16 << 20  # 10,000 of them make 160 GB


class MediaUpload:
    """
    A file written into the media bucket, front to back, in parts.

    Nothing can be seen of it before :meth:`complete`; left by an error, its parts are given up.
    What a death leaves behind, the bucket's lifecycle clears away.
    """

    def __init__(self, key: str) -> None:
        self._place = {"Bucket": settings().media_bucket, "Key": key}
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []
        self.size_bytes = 0

    @property
    def parts_sent(self) -> int:
        return len(self._parts)

    def __enter__(self) -> Self:
        started = client().create_multipart_upload(
            **self._place, ContentType="application/zip", ChecksumAlgorithm="SHA256"
        )
        self._place["UploadId"] = started["UploadId"]
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, Exception):  # a death is no time to call anybody
            with suppress(ClientError, HTTPClientError):
                client().abort_multipart_upload(**self._place)

    def write(self, data: bytes) -> int:
        self._buffer += data
        self.size_bytes += len(data)
        while len(self._buffer) >= PART_BYTES:
            self._send(PART_BYTES)
        return len(data)

    def flush(self) -> None:
        """A part goes when it is full; a ZIP's writer asks more often."""

    def complete(self) -> None:
        """Send what is left, and let the file be seen."""
        if self._buffer:
            self._send(len(self._buffer))
        client().complete_multipart_upload(**self._place, MultipartUpload={"Parts": self._parts})

    def _send(self, length: int) -> None:
        number = len(self._parts) + 1
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        sent = client().upload_part(
            **self._place, PartNumber=number, Body=body, ChecksumAlgorithm="SHA256"
        )
        checksum = {"ChecksumSHA256": sent["ChecksumSHA256"]} if "ChecksumSHA256" in sent else {}
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"], **checksum})
