"""Nights of a world: when its plan runs next, and the jobs that came of it."""

from __future__ import annotations

from datetime import datetime

from chalicelib.access.model import Caller, Role
from chalicelib.contracts import changing, timers
from chalicelib.contracts.model import State
from chalicelib.jobs import store
from chalicelib.jobs.model import Job
from chalicelib.kernel import clock
from tests.support.invoices import an_issuer
from tests.support.life import pay
from tests.support.world import World


def first_run(world: World) -> datetime:
    """Return when the world's nightly plan runs next."""
    of_facility = timers.run_timers_of(world.facility_id)
    return next(
        clock.parse(each.due_at) for each in of_facility if each.target_id == world.target_id
    )


def at_run(world: World) -> datetime:
    """Let the minute come in which the plan runs next; return it."""
    at = first_run(world)
    world.tick(clock.text(at))
    return at


def paid_for(world: World) -> None:
    """Let the world's contract be billed and paid, so that only its nights fall due."""
    an_issuer(grace_hours=0)
    for _ in range(2):  # the line, then the invoice
        world.tick()
    pay(world)
    for _ in range(2):  # the contract follows, and notices are sent
        world.tick()


def pass_to(at: datetime) -> None:
    """Let the service's clock show *at* from now on."""
    clock.move(round((at - clock.wall_now()).total_seconds()))


def jobs_of(world: World) -> list[Job]:
    """Return the jobs of the world's target, newest first."""
    return store.page(world.facility_id, world.target_id, None)[0]


def move(world: World, *states: State) -> None:
    """Move the world's contract through *states*, as its payments do."""
    operator = Caller(Role.OPERATOR, "person")
    for state in states:
        changing.move(operator, world.facility_id, world.contract_id, state)
