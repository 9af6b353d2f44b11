"""Twenty misses, counted before each search: no two searches at once share one."""

from __future__ import annotations

import pytest

from chalicelib.kernel.errors import HokanError, TooMany
from chalicelib.network import cards, finding, matching
from chalicelib.network.matching import Shown
from tests.faults.crashes import calls_of
from tests.faults.interleaving import Actor, orders, played
from tests.network.scene import Held, doctor
from tests.support.snapshot import Snapshot
from tests.support.world import World


def a_guess(held: Held) -> Shown:
    return Shown(cards.new_network_id(), held.shown.birth_date)


def test_of_two_searches_at_once_one_has_the_last_try(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MISSES", 1)
    guesses = [a_guess(held) for _ in range(2)]

    def first() -> object:
        return finding.find(doctor(world), guesses[0])

    def second() -> object:
        return finding.find(doctor(world), guesses[1])

    ready = Snapshot()
    length = len(calls_of(lambda: refused(first))) + 1
    for order in orders(length, length, at_most=25):
        ready.restore()
        actors = played((first, second), order)
        assert sorted(map(code_of, actors)) == ["no-match", "too-many-misses"], order


def refused(act: object) -> None:
    assert callable(act)
    with pytest.raises(HokanError):
        act()


def code_of(actor: Actor) -> str:
    assert actor.error is None
    assert actor.refused is not None
    return actor.refused.code


def test_a_hit_cannot_be_used_to_win_tries_back(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MISSES", 3)
    held.agrees()
    for _ in range(2):
        with pytest.raises(HokanError):
            finding.find(doctor(world), a_guess(held))
        finding.find(doctor(world), held.shown)
    with pytest.raises(HokanError):
        finding.find(doctor(world), a_guess(held))
    with pytest.raises(TooMany):
        finding.find(doctor(world), held.shown)
