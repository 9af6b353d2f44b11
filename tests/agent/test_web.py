from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from hokan_agent.errors import AgentError, Refused, Unreachable
from hokan_agent.upload.sending import is_worth_another_try
from hokan_agent.wire.addresses import require_private
from hokan_agent.wire.web import Web, pause_seconds


@pytest.mark.parametrize("url", ["http://hokan.example/api", "ftp://x/", "http://10.0.0.1/"])
def test_images_do_not_travel_in_the_clear(url: str) -> None:
    with pytest.raises(AgentError, match="not encrypted"):
        require_private(urlsplit(url))


@pytest.mark.parametrize(
    "url", ["https://hokan.example/api", "http://localhost:1/", "http://x.execute-api.localhost/"]
)
def test_tls_and_this_machine_are_private(url: str) -> None:
    require_private(urlsplit(url))


def test_nobody_there_is_said_without_the_address() -> None:
    """A presigned URL is a secret."""
    with pytest.raises(Unreachable) as caught:
        Web().request("GET", "http://127.0.0.1:9/object?X-Amz-Signature=secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "attempt", "again"),
    [
        (Unreachable("x"), 3, True),
        (Refused(503, "SlowDown", "x"), 3, True),
        (Refused(403, "AccessDenied", "x"), 0, True),
        (Refused(403, "AccessDenied", "x"), 1, False),
        (Refused(400, "InvalidRequest", "x"), 0, False),
    ],
)
def test_only_what_may_pass_is_tried_again(
    error: Unreachable | Refused, attempt: int, *, again: bool
) -> None:
    assert is_worth_another_try(error, attempt) is again


@pytest.mark.parametrize(("attempt", "longest"), [(0, 0.5), (1, 1), (3, 4), (50, 30)])
def test_it_waits_longer_at_each_try_by_chance_and_never_too_long(
    attempt: int, longest: float
) -> None:
    waits = [pause_seconds(attempt) for _ in range(200)]
    assert longest / 2 < max(waits) <= longest
    assert min(waits) < longest / 2
