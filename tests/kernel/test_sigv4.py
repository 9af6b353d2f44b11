"""Our presigned URLs are, byte for byte, what botocore would sign."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest import mock
from urllib.parse import parse_qsl, quote, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.sigv4 import Credentials, presigned_query

AT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=3, max_size=20).map(
    lambda name: f"x-{name}"
)
VALUES = st.text("ABCabc019=/+:;,*", min_size=1, max_size=40)


def botocores(
    method: str, url: str, headers: dict[str, str], token: str | None, seconds: int
) -> dict[str, str]:
    """Return the query that botocore 's own signer makes at the same moment."""
    request = AWSRequest(method, url, headers=headers)
    signer = botocore.auth.S3SigV4QueryAuth(
        BotoCredentials("AKIDEXAMPLE", "secret", token), "s3", "ap-northeast-1", seconds
    )
    with mock.patch("botocore.auth.get_current_datetime", return_value=AT.replace(tzinfo=None)):
        signer.add_auth(request)
    return dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))


@given(
    method=st.sampled_from(["GET", "PUT"]),
    key=st.text(min_size=1, max_size=60).filter(lambda key: not {"\r", "\n"} & set(key)),
    headers=st.dictionaries(NAMES, VALUES, max_size=4),
    query=st.dictionaries(st.sampled_from(["partNumber", "uploadId"]), VALUES),
    token=st.none() | VALUES,
    seconds=st.integers(1, 900),
)
def test_every_url_equals_botocores(
    method: str,
    key: str,
    headers: dict[str, str],
    query: dict[str, str],
    token: str | None,
    seconds: int,
) -> None:
    host, path = "bucket.s3.ap-northeast-1.amazonaws.com", "/" + quote(key, safe="/-_.~")
    ours = presigned_query(
        Credentials("AKIDEXAMPLE", "secret", token),
        method=method,
        host=host,
        path=path,
        query=query,
        headers=headers,
        region="ap-northeast-1",
        at=AT,
        seconds=seconds,
    )
    asked = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in query.items())
    theirs = botocores(method, f"https://{host}{path}?{asked}", headers, token, seconds)
    assert dict(parse_qsl(ours, keep_blank_values=True)) == theirs
