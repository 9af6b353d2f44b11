"""How a target or a facility stands, in one word.  Rules only: nothing is looked up here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.archive.store.batches import Batch
from chalicelib.archive.store.cases import CaseCount
from chalicelib.archive.store.usage import Usage
from chalicelib.contracts.model import Contract, State, TimingKind, awaits_provider, covers
from chalicelib.contracts.store import Target
from chalicelib.jobs.model import Job, JobState
from chalicelib.jobs.shown import ShownJob
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict
from chalicelib.uploads.fullness import level_of

LATE_AFTER = timedelta(hours=26)  # a night, and time to get it done
FULL = 100  # percent; the levels below it warn


class Standing(StrEnum):
    """Of a target: the worst that is true of it, or that all is well; the worst comes first."""

    MISSED = "missed"
    FAILED = "failed"
    LATE = "late"
    FULL = "full"
    SUSPENDED = "suspended"
    ENDED = "ended"
    PAUSED = "paused"
    PARTIAL = "partial"
    NO_CONTRACT = "no-contract"
    NO_AGENT = "no-agent"
    NEARLY_FULL = "nearly-full"
    AWAITS_FIRST = "awaits-first"
    AWAITS_PROVIDER = "awaits-provider"
    RUNNING = "running"
    STARTS_LATER = "starts-later"
    IN_ORDER = "in-order"


ORDER = tuple(Standing)
DONE = frozenset({JobState.COMPLETE, JobState.PARTIAL})
CALM = frozenset({Standing.IN_ORDER, Standing.RUNNING, Standing.STARTS_LATER})


class FacilityStanding(StrEnum):
    """Of a facility, as the provider sees it."""

    AWAITS_YOU = "awaits-you"
    IN_FORCE = "in-force"
    NOT_IN_FORCE = "not-in-force"
    NO_CONTRACT = "no-contract"


class Bill(msgspec.Struct, frozen=True):
    """What the next period costs, tax included, and when it begins."""

    on: date
    total_yen: int


class LastBackup(msgspec.Struct, frozen=True):
    """
    The newest backup that came to an end, or that began where none has.

    Attributes:
        at: Local to the facility.
        seconds: How long it took, where that is known.
    """

    at: datetime
    images: int
    seconds: int | None = None


class TargetFacts(msgspec.Struct, frozen=True):
    """
    What is known of one target.

    Attributes:
        is_proposed: A contract waits for the provider.
        has_agent: The facility has an agent that could back it up.
        batch: The newest one.
        now: Local to the facility.
        job: The newest one.
        bill: The next one.
        cases: Of a display tool; None for what is none.
    """

    target: Target
    usage: Usage
    batch: Batch | None
    is_proposed: bool
    has_agent: bool
    now: datetime
    job: Job | None = None
    bill: Bill | None = None
    cases: CaseCount | None = None

    @property
    def standing(self) -> Standing:
        return standing(self)

    @property
    def needs_somebody(self) -> bool:
        return self.standing not in CALM

    @property
    def used_bytes(self) -> int:
        """Stored, or held for what is on its way."""
        return self.usage.limit_bytes - self.usage.available_bytes

    @property
    def used_percent(self) -> int:
        """Rounded down, so that 100 means full."""
        return self.used_bytes * 100 // self.usage.limit_bytes if self.usage.limit_bytes else 0

    @property
    def fullness(self) -> int | None:
        """The highest level of warning that is reached (percent), if any."""
        return level_of(self.usage)

    @property
    def shown_job(self) -> ShownJob | None:
        """The newest job, in local time."""
        zone = self.now.tzinfo
        return ShownJob(self.job, zone) if self.job and isinstance(zone, ZoneInfo) else None

    @property
    def last(self) -> LastBackup | None:
        """What came of the newest job that was done, or of the newest batch if it is newer."""
        of_batch, of_job = self._last_batch(), self._last_job()
        found = [each for each in (of_job, of_batch) if each is not None]
        return max(found, key=lambda each: each.at, default=None)

    @property
    def left_out(self) -> int:
        """How many files the last backup did not take."""
        of_batch = self.batch.exceptions if self.batch else 0
        return max(self.job.progress.left_out if self.job else 0, of_batch)

    def _last_batch(self) -> LastBackup | None:
        if self.batch is None:
            return None
        written = self.batch.completed_at or self.batch.opened_at
        return LastBackup(clock.parse(written).astimezone(self.now.tzinfo), self.batch.stored)

    def _last_job(self) -> LastBackup | None:
        shown = self.shown_job
        if shown is None or shown.finished_at is None or shown.job.state not in DONE:
            return None
        return LastBackup(shown.finished_at, shown.job.progress.files_done, shown.seconds)


def standing(facts: TargetFacts) -> Standing:
    """Return what matters most about a target now."""
    contract = facts.target.contract
    gap = _without_contract(contract, facts.now) if contract else Standing.NO_CONTRACT
    if gap in {Standing.NO_CONTRACT, Standing.ENDED} and facts.is_proposed:
        return Standing.AWAITS_PROVIDER
    if facts.cases is not None:  # nothing is backed up to a display tool
        return gap or Standing.IN_ORDER
    return gap or _in_force(facts)


def _without_contract(contract: Contract, now: datetime) -> Standing | None:
    """Return why nothing may be uploaded under *contract*, or None when it may."""
    try:
        covers(contract, now.date())
    except Conflict as reason:
        if reason.code == "contract-ended":
            return Standing.ENDED
        if reason.code == "contract-paused":
            return Standing.PAUSED
        is_suspended = contract.state is State.SUSPENDED
        return Standing.SUSPENDED if is_suspended else Standing.STARTS_LATER
    return None


def _in_force(facts: TargetFacts) -> Standing:
    of_job = _of_job(facts)
    if of_job is not None:
        return of_job
    if facts.last is None:
        return Standing.AWAITS_FIRST if facts.has_agent else Standing.NO_AGENT
    if _is_late(facts):
        return Standing.LATE
    if facts.batch is not None and not facts.batch.is_finished:
        return Standing.RUNNING
    return _of_what_is_stored(facts)


def _of_job(facts: TargetFacts) -> Standing | None:
    """Return what the newest job says, where it says something; a backup after it is the news."""
    if facts.job is None:
        return None
    match facts.job.state:
        case JobState.MISSED:
            return Standing.MISSED
        case JobState.RUNNING:
            return Standing.RUNNING
        case JobState.FAILED if not _was_made_up_for(facts):
            return Standing.FAILED
    return None


def _was_made_up_for(facts: TargetFacts) -> bool:
    """Whether a batch came after the newest job had ended."""
    ended_at = facts.job.finished_at if facts.job else None
    return facts.batch is not None and ended_at is not None and facts.batch.opened_at > ended_at


def _of_what_is_stored(facts: TargetFacts) -> Standing:
    is_partial = facts.batch is not None and facts.batch.state == "partial"
    if is_partial or (facts.job and facts.job.state is JobState.PARTIAL):
        return Standing.PARTIAL if facts.fullness != FULL else Standing.FULL
    if facts.fullness is None:
        return Standing.IN_ORDER
    return Standing.FULL if facts.fullness == FULL else Standing.NEARLY_FULL


def _is_late(facts: TargetFacts) -> bool:
    """Whether a nightly backup has been left out."""
    contract, last = facts.target.contract, facts.last
    timing = contract.timing if contract is not None else None
    is_nightly = timing is not None and timing.kind is TimingKind.NIGHTLY
    return is_nightly and last is not None and facts.now - last.at > LATE_AFTER


class FacilityFacts(msgspec.Struct, frozen=True):
    """A facility and its contracts, as the provider sees them."""

    facility_id: str
    name: str
    in_force: int
    proposed: int
    ended: int

    @property
    def standing(self) -> FacilityStanding:
        if self.proposed:
            return FacilityStanding.AWAITS_YOU
        if self.in_force:
            return FacilityStanding.IN_FORCE
        return FacilityStanding.NOT_IN_FORCE if self.ended else FacilityStanding.NO_CONTRACT


def facility_facts(
    facility_id: str, name: str, contracts: Collection[Contract], now: datetime
) -> FacilityFacts:
    """Count a facility's *contracts* by how they stand at *now* (local)."""
    agreed = [each for each in contracts if each.state is not State.PROPOSED]
    ended = sum(_without_contract(each, now) is Standing.ENDED for each in agreed)
    waiting = sum(awaits_provider(each) for each in contracts)
    return FacilityFacts(facility_id, name, len(agreed) - ended, waiting, ended)
