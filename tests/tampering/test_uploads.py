"""An upload's URL stores the announced bytes once, or nothing."""

from __future__ import annotations

import pytest

from chalicelib import buckets
from tests.tampering.kinds import SIGNED_FOR, UPLOADS
from tests.tampering.scene import Scene
from tests.tampering.wire import DENIED, TAKEN, THERE_ALREADY

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("tampering")]

STANDARD = {
    "cache-control": "max-age=60",
    "content-disposition": "inline",
    "content-encoding": "gzip",
    "content-language": "ja",
    "expires": "Thu, 01 Jan 2099 00:00:00 GMT",
}


def test_the_very_bytes_are_taken(scene: Scene) -> None:
    assert scene.upload().send() == TAKEN
    assert buckets.read(scene.key) == scene.body
    stored = buckets.stored_bytes(scene.key)
    assert stored is not None
    assert (stored.size_bytes, stored.sha256) == (len(scene.body), scene.sha256)


def test_they_are_encrypted_with_our_key(scene: Scene) -> None:
    scene.upload().send()
    head = scene.head()
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", scene.engine.kms_key)


def test_the_very_bytes_again_change_nothing(scene: Scene) -> None:
    scene.upload().send()
    before = scene.stored()
    assert scene.upload().send() == THERE_ALREADY
    assert scene.stored() == before


def test_bytes_past_the_announced_length_are_not_stored(scene: Scene) -> None:
    """HTTP ends a body where its length does: what follows belongs to no request."""
    upload = scene.upload()
    assert upload.carrying(scene.body + b"more").send() == TAKEN
    assert buckets.read(scene.key) == scene.body


@pytest.mark.parametrize("kind", UPLOADS)
def test_an_upload_is_refused_with(kind: str, scene: Scene) -> None:
    before = scene.stored()
    answer = UPLOADS[kind].of(scene.upload, scene).send()
    assert answer in scene.engine.answers_to(kind, UPLOADS[kind].refused)
    if kind in scene.engine.LETS_THROUGH:
        assert buckets.read(scene.key) == scene.body
    else:
        assert scene.stored() == before


@pytest.mark.parametrize("kind", UPLOADS)
def test_what_is_there_survives(kind: str, there: Scene) -> None:
    before = there.stored()
    answer = UPLOADS[kind].of(there.upload, there).send()
    assert answer.status not in range(200, 400)
    assert there.stored() == before


@pytest.mark.parametrize("name", STANDARD)
def test_a_standard_header_nobody_signs_changes_no_byte(name: str, scene: Scene) -> None:
    """S3 wants x-amz-* headers signed, and no others: it keeps these as they come."""
    assert scene.upload().header(name, STANDARD[name]).send() == TAKEN
    assert buckets.read(scene.key) == scene.body


@pytest.mark.parametrize("what", SIGNED_FOR)
def test_the_bucket_refuses_even_what_is_signed_for(what: str, scene: Scene) -> None:
    """The policy is the second line: it holds should the signer ever be wrong."""
    instead = {
        name: scene.engine.other_kms_key if value == "OTHER" else value
        for name, value in SIGNED_FOR[what].items()
    }
    before = scene.stored()
    assert scene.upload_signed_for(instead).send() in scene.engine.answers_to(what, DENIED)
    assert (scene.stored() == before) is (what not in scene.engine.LETS_THROUGH)
