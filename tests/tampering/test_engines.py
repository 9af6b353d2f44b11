"""What the engines do together: every kind of tampering is refused by one of them at least."""

from __future__ import annotations

import pytest

from tests.tampering.engines import ENGINES, S3Engine
from tests.tampering.kinds import DOWNLOADS, PARTS, SIGNED_FOR, UPLOADS

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("tampering")]

KINDS = sorted({*UPLOADS, *PARTS, *DOWNLOADS, *SIGNED_FOR})


@pytest.mark.parametrize("kind", KINDS)
def test_an_engine_at_least_refuses(kind: str) -> None:
    """The other tests see to it that LETS_THROUGH is neither more nor less than the truth."""
    assert not all(kind in engine.LETS_THROUGH for engine in ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_speaks_of_kinds_there_are(engine: type[S3Engine]) -> None:
    assert {*engine.LETS_THROUGH, *engine.ANSWERS} <= {*KINDS}
