"""The smoke test of deployed stages, on the local stack: so that it works where it is needed."""

from __future__ import annotations

import pytest

from infra.local.stack import LocalStack
from infra.smoke import CHECKS, TAMPERED, smoke

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

LAX = "a header more"  # MiniStack takes x-amz-* headers nobody signed


def test_the_smoke_test_passes_on_a_sound_stage(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(TAMPERED, LAX)
    assert smoke(stack) == 0
    assert capsys.readouterr().out.count("ok  ") == len(CHECKS)


def test_the_smoke_test_tells_what_is_not_as_it_must_be(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from infra import smoke as told

    monkeypatch.setattr(told, "CHECKS", [told.changed_requests_are_refused])
    assert smoke(stack) == 1
    assert "S3 took a PUT with a header more" in capsys.readouterr().out
