"""Each engine once, and Hokan's signer pointed at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import buckets
from chalicelib.settings import settings
from infra.template import REGION, function_environment
from tests.tampering.engines import BUCKET, ENGINES, S3Engine, resolver
from tests.tampering.scene import Scene


@pytest.fixture(scope="session", params=ENGINES, ids=lambda each: each.__name__)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[S3Engine]:
    """An S3 of this run's own, with Hokan's bucket."""
    running: S3Engine = request.param(tmp_path_factory.mktemp("engine"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


# For a module, not for the session: the environment must be gone when other tests have their turn.
@pytest.fixture(scope="module")
def pointed(engine: S3Engine) -> Iterator[S3Engine]:
    """The environment a function would have, were its S3 this engine."""
    environment = function_environment(resolver()) | {
        "AWS_ACCESS_KEY_ID": engine.credentials.access_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL_S3": engine.endpoint,
        "AWS_SECRET_ACCESS_KEY": engine.credentials.secret_key,
        "HOKAN_KMS_KEY_ARN": engine.kms_key,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        forget()
        assert settings().objects_bucket == BUCKET
        yield engine
    forget()


def forget() -> None:
    """Let settings and connections be made anew."""
    settings.cache_clear()
    buckets.forget_connections()


@pytest.fixture(scope="module")
def there(pointed: S3Engine) -> Scene:
    """Two stored objects of one target."""
    scene = Scene(pointed)
    scene.store(scene.body)
    scene.store(scene.other_body)
    return scene


@pytest.fixture
def scene(there: Scene) -> Scene:
    """An object nobody has stored yet, next to one that is there."""
    return Scene(there.engine, there.target_id, other_body=there.other_body)
