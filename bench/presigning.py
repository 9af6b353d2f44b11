"""CPU of a presigned PUT: ours, and botocore's of the same request, in alternating rounds."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import boto3
from botocore.config import Config

from bench.figures import Figure
from bench.world import configured, environment
from chalicelib import buckets
from chalicelib.settings import settings

ROUNDS, URLS = 15, 300
DIGESTS = [f"{number:064x}" for number in range(URLS)]
SIZE_BYTES = 200_000


def figures() -> Iterator[Figure]:
    """Yield the median round of each, and their ratio."""
    with configured(environment()):
        client = boto3.client("s3", config=Config(signature_version="s3v4"))
        rounds = [
            (_cpu_us(_ours), _cpu_us(lambda digest: _botocores(client, digest)))
            for _ in range(ROUNDS)
        ]
    ours_us, theirs_us = (median(each) for each in zip(*rounds, strict=True))
    yield Figure("CPU a URL", ours_us, 100, "us", digits=0)
    yield Figure("  CPU a URL, botocore's", theirs_us, unit="us", digits=0)
    yield Figure("  ours / botocore's", ours_us / theirs_us)


def _cpu_us(sign: Callable[[str], Any]) -> float:
    started = time.process_time()
    for digest in DIGESTS:
        sign(digest)
    return (time.process_time() - started) / URLS * 10**6


def _ours(digest: str) -> Any:
    key = buckets.object_key("target", digest)
    return buckets.signed_put(key, size_bytes=SIZE_BYTES, sha256=digest)


def _botocores(client: Any, digest: str) -> Any:
    parameters = {
        "Bucket": settings().objects_bucket,
        "Key": buckets.object_key("target", digest),
        "ContentLength": SIZE_BYTES,
        "ContentType": buckets.CONTENT_TYPE,
        "IfNoneMatch": "*",
        "ChecksumSHA256": base64.b64encode(bytes.fromhex(digest)).decode(),
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": settings().kms_key_arn,
    }
    return client.generate_presigned_url("put_object", parameters, buckets.PUT_SECONDS)
