"""A function signs with its role's passing credentials: their token is part of the URL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tampering.conftest import forget
from tests.tampering.engines import MiniStack, S3Engine
from tests.tampering.scene import Scene
from tests.tampering.wire import TAKEN, Answer

pytestmark = [
    pytest.mark.journey,
    pytest.mark.xdist_group("tampering"),
    pytest.mark.parametrize("engine", [MiniStack], ids=["MiniStack"], indirect=True),
]
# SeaweedFS gives out tokens only with an identity provider behind it.


@pytest.fixture
def other_token(pointed: S3Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The token of another session, while the service signs with one of its own."""
    sts = pointed.session.client("sts")
    other, ours = (sts.get_session_token()["Credentials"] for _ in range(2))
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", ours["AccessKeyId"])
        patch.setenv("AWS_SECRET_ACCESS_KEY", ours["SecretAccessKey"])
        patch.setenv("AWS_SESSION_TOKEN", ours["SessionToken"])
        forget()
        yield other["SessionToken"]
    forget()


@pytest.mark.usefixtures("other_token")
def test_a_url_of_a_session_is_taken(scene: Scene) -> None:
    assert scene.upload().send() == TAKEN


@pytest.mark.parametrize("left_out", [True, False], ids=["no token", "another token"])
def test_a_url_is_refused_with(scene: Scene, other_token: str, *, left_out: bool) -> None:
    before = scene.stored()
    token = None if left_out else other_token
    answer = scene.upload().query("X-Amz-Security-Token", token).send()
    assert answer == Answer(400, "InvalidToken")
    assert scene.stored() == before
