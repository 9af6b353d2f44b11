"""
Two handlers at once, one AWS call at a time, in any order.

Each runs in a thread of its own, but only the one that is let go runs, up to its next AWS call: so
an order is exact and repeatable, and moto, which loses updates under threads, never sees two.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations, islice
from math import comb
from random import Random
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.kernel import clock
from chalicelib.kernel.errors import HokanError
from tests.faults.footprints import Footprint, footprint
from tests.support.snapshot import Snapshot

WHOLE = 1_000  # steps: more than anybody takes to the end
Act = Callable[[], object]


class Actor(threading.Thread):
    """
    A handler that waits before each of its AWS calls until it is let go.

    Attributes:
        result: What it returned.
        refused: The refusal it ended with, if it did: an answer like any other.
        error: What it died of, if it did.
        calls: What each of its calls touched, in order.
    """

    def __init__(self, act: Act) -> None:
        super().__init__(daemon=True)
        self._act = act
        self._go, self._waits = threading.Semaphore(0), threading.Semaphore(0)
        self.is_done = False
        self.result: Any = None
        self.refused: HokanError | None = None
        self.error: BaseException | None = None
        self.calls: list[Footprint] = []

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

    def before_call(self, call: Footprint) -> None:
        """Wait to be let go (called in the actor's own thread)."""
        self.calls.append(call)
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


def interrupted(
    first: Act, second: Act, *, alike: bool = False, every: int = 1
) -> Iterator[list[Actor]]:
    """
    Interrupt each once, anywhere, by the whole of the other; each time from the world as it is now.

    Most races need no more (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007).  Before
    and after a call that touches nothing the other touched are one moment, and played once
    (Godefroid, "Partial-order methods for the verification of concurrent systems", LNCS 1032).

    Args:
        first: One of the two.
        second: The other.
        alike: Both do the same, so that it is enough to interrupt one.
        every: At one in so many of the moments, where the whole takes long.

    Yields:
        The two as they ended, first and second.  None died.
    """
    start = _Start()
    moment: int | None = 0
    for one in (0,) if alike or first is second else (0, 1):
        while moment is not None:
            actors = start.played((first, second), [one] * moment + [1 - one] * WHOLE)
            yield actors
            moment = next(islice(_moments(actors, one, moment), every - 1, None), None)
        moment = next(_moments(actors, 1, 0), None)


def in_every_order(first: Act, second: Act, at_most: int) -> Iterator[list[Actor]]:
    """Let both go on in every order, or in *at_most* drawn by chance; as `interrupted` does."""
    start = _Start()
    one, two = (len(start.played((act,), ())[0].calls) for act in (first, second))
    for order in orders(one, two, at_most):
        yield start.played((first, second), order)


class _Start:
    """The world and the clock as they are now, to begin from again and again."""

    def __init__(self) -> None:
        self._world, self._ahead = Snapshot(), clock.now() - clock.wall_now()

    def played(self, acts: Sequence[Act], order: Sequence[int]) -> list[Actor]:
        self._world.restore()
        clock.move(round(self._ahead.total_seconds()))
        actors = played(acts, order)
        for actor in actors:
            if actor.error is not None:
                raise actor.error
        return actors


def _moments(actors: list[Actor], one: int, past: int) -> Iterator[int]:
    """
    Yield after how many calls, *past* so many, *one* has touched again what the other touched.

    The second is not interrupted after its last call: it came first then, and that was played.
    """
    calls, others = actors[one].calls, actors[1 - one].calls
    for number in range(past, len(calls) - one):
        if any(calls[number].meets(other) for other in others):
            yield number + 1


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
            service = self.meta.service_model.service_name
            actor.before_call(footprint(service, operation, parameters))
        return make(self, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", stopping)
        yield
