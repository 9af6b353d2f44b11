"""
Two handlers at once, one AWS call at a time, in any order.

Each runs in a thread of its own, but only the one that is let go runs, up to its next AWS call: so
an order is exact and repeatable, and moto, which loses updates under threads, never sees two.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from math import comb
from random import Random
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.kernel.errors import HokanError

Act = Callable[[], object]


class Actor(threading.Thread):
    """
    A handler that waits before each of its AWS calls until it is let go.

    Attributes:
        result: What it returned.
        refused: The refusal it ended with, if it did: an answer like any other.
        error: What it died of, if it did.
    """

    def __init__(self, act: Act) -> None:
        super().__init__(daemon=True)
        self._act = act
        self._go, self._waits = threading.Semaphore(0), threading.Semaphore(0)
        self.is_done = False
        self.result: Any = None
        self.refused: HokanError | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        self._go.acquire()
        try:
            self.result = self._act()
        except HokanError as refused:
            self.refused = refused
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.error = error
        self.is_done = True
        self._waits.release()

    def before_call(self) -> None:
        """Wait to be let go (called in the actor's own thread)."""
        self._waits.release()
        self._go.acquire()

    def step(self) -> None:
        """Let it go on to its next AWS call, or to its end."""
        if not self.is_done:
            self._go.release()
            self._waits.acquire()


def played(acts: Sequence[Act], order: Sequence[int]) -> list[Actor]:
    """Let *acts* go on in *order* (indexes), then each to its end; return the actors."""
    actors = [Actor(act) for act in acts]
    with _stopping_at_calls():
        for actor in actors:
            actor.start()
            actor.step()  # to its first call: from here on a step is a call
        for index in order:
            actors[index].step()
        for actor in actors:
            while not actor.is_done:
                actor.step()
            actor.join()
    return actors


def interruptions(first: int, second: int) -> list[list[int]]:
    """
    Return the orders in which one is interrupted once, anywhere, by the whole of the other.

    Most races need no more (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007).

    >>> interruptions(2, 1)
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    """
    by_second = [[0] * n + [1] * second + [0] * (first - n) for n in range(first + 1)]
    by_first = [[1] * n + [0] * first + [1] * (second - n) for n in range(1, second)]
    return by_second + by_first


def interruptions_of_one(first: int, second: int) -> list[list[int]]:
    """
    Return the orders in which one of two who do the same is interrupted: it is either.

    >>> interruptions_of_one(2, 2)
    [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    """
    assert first == second, "they do not do the same"
    return interruptions(first, second)[: first + 1]


def orders(first: int, second: int, at_most: int) -> list[list[int]]:
    """
    Return every order of *first* and *second* steps, or *at_most* of them drawn by chance.

    >>> orders(1, 1, 10)
    [[0, 1], [1, 0]]
    """
    steps = first + second
    if comb(steps, first) <= at_most:
        chosen = [set(places) for places in combinations(range(steps), first)]
        return [[0 if place in each else 1 for place in range(steps)] for each in chosen]
    chance, deck = Random(0), [0] * first + [1] * second
    return [chance.sample(deck, steps) for _ in range(at_most)]


@contextmanager
def _stopping_at_calls() -> Iterator[None]:
    make = BaseClient._make_api_call

    def stopping(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        actor = threading.current_thread()
        if isinstance(actor, Actor):
            actor.before_call()
        return make(self, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", stopping)
        yield
