"""The quarantine's page: each object with its reason in words, and what to do."""

from __future__ import annotations

import hashlib

import pytest

from chalicelib.access.model import Role
from chalicelib.archive.quarantine_pages import REASONS
from chalicelib.archive.store import objects
from chalicelib.web.cursors import PAGE_ROWS
from tests.portal.test_home import said
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

QUARANTINE = "/portal/quarantine"


@pytest.fixture
def operator(world: World) -> Visitor:  # noqa: ARG001 - it makes the world
    return signed_in(Role.OPERATOR)


def set_aside(count: int = 1, reason: str = "sha256-differs") -> None:
    for number in range(count):
        objects.quarantine(
            f"t/target-1/{number:064}",
            version_id=reason,
            size_bytes=1_234,
            reason=reason,
            found_at="2026-04-01T15:00:00.000000Z",
        )


def test_an_empty_quarantine_says_so(operator: Visitor) -> None:
    assert "Nothing is in quarantine." in said(operator.get(QUARANTINE).text)


def test_what_nobody_announced_is_shown(operator: Visitor, world: World) -> None:
    body = b"nobody announced this"
    digest = hashlib.sha256(body).hexdigest()
    world.put_object(digest, body)
    world.arrived(digest)
    page = said(operator.get(QUARANTINE).text)
    assert f"t/{world.target_id}/{digest}" in page
    assert "21 B Nobody announced it" in page


def test_an_object_has_size_and_moment_at_the_provider(operator: Visitor) -> None:
    set_aside()
    page = said(operator.get(QUARANTINE).text)
    assert "2 Apr 2026, 00:00 · 1.23 kB Other bytes than announced" in page


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_reason_says_what_to_do(operator: Visitor, language: str, reason: str) -> None:
    set_aside(reason=reason)
    operator.language = language
    page = operator.get(QUARANTINE).text
    cure = page.partition('<dl class="reasons">')[2].partition("<dd>")[2].partition("</dd>")[0]
    assert len(cure.strip()) > 20


def test_only_the_reasons_that_occur_are_explained(operator: Visitor) -> None:
    set_aside(reason="odd-key")
    page = operator.get(QUARANTINE).text
    assert page.partition('<dl class="reasons">')[2].partition("</dl>")[0].count("<dt>") == 1


def test_much_comes_page_by_page(operator: Visitor) -> None:
    set_aside(PAGE_ROWS + 1)
    first = operator.get(QUARANTINE).text
    following = first.partition(f'href="{QUARANTINE}?cursor=')[2].partition('"')[0]
    second = operator.get(f"{QUARANTINE}?cursor={following}").text
    assert (first.count("<code"), second.count("<code")) == (PAGE_ROWS, 1)
    assert "Show more" not in second


def test_every_reason_of_the_service_is_known() -> None:
    from inspect import getsource

    from chalicelib.uploads import settlement

    source = getsource(settlement)
    assert all(f'"{each}"' in source for each in REASONS)
