"""A part's URL stores the announced bytes as this part of this upload, or nothing."""

from __future__ import annotations

import msgspec
import pytest

from chalicelib import buckets
from chalicelib.buckets.client import base64_of
from tests.tampering.kinds import PARTS
from tests.tampering.scene import Scene
from tests.tampering.wire import TAKEN, Answer

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("tampering")]


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """Two multipart uploads of one object, without any part."""
    scene.start_parts()
    return scene


def test_the_very_bytes_become_the_object(scene: Scene) -> None:
    assert scene.part().send() == TAKEN
    complete(scene)
    assert buckets.read(scene.key) == scene.body


def test_a_part_after_the_end_is_refused(scene: Scene) -> None:
    part = scene.part()
    part.send()
    complete(scene)
    assert part.send() == Answer(404, "NoSuchUpload")


@pytest.mark.parametrize("kind", PARTS)
def test_a_part_is_refused_with(kind: str, scene: Scene) -> None:
    before = scene.stored()
    answer = PARTS[kind].of(scene.part, scene).send()
    assert answer in scene.engine.answers_to(kind, PARTS[kind].refused)
    assert (scene.stored() == before) is (kind not in scene.engine.LETS_THROUGH)


def complete(scene: Scene) -> None:
    """Complete as the service does; the hash is ours, for SeaweedFS lists parts without."""
    parts = buckets.parts_of(scene.key, scene.upload_id)
    assert parts is not None
    (part,) = parts
    sha256 = base64_of(scene.sha256)
    buckets.complete_multipart(
        scene.key, scene.upload_id, [msgspec.structs.replace(part, sha256=sha256)]
    )
