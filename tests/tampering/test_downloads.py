"""A download's URL gives the one object, to look at only."""

from __future__ import annotations

import pytest

from chalicelib import buckets
from tests.tampering.kinds import DOWNLOADS
from tests.tampering.scene import Scene
from tests.tampering.wire import TAKEN

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("tampering")]


def test_it_gives_the_very_bytes(there: Scene) -> None:
    answer = there.download().send()
    assert (answer, answer.body) == (TAKEN, there.body)


def test_it_gives_them_as_nothing_to_show_or_keep(there: Scene) -> None:
    told = there.download().send().headers
    assert (told["content-type"], told["cache-control"]) == (buckets.CONTENT_TYPE, "no-store")


@pytest.mark.parametrize("kind", DOWNLOADS)
def test_a_download_is_refused_with(kind: str, there: Scene) -> None:
    before = there.stored()
    answer = DOWNLOADS[kind].of(there.download, there).send()
    assert answer in there.engine.answers_to(kind, DOWNLOADS[kind].refused)
    assert (there.body in answer.body) is (kind in there.engine.LETS_THROUGH)
    assert there.stored() == before
