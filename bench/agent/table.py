"""Medians of all rounds, ratios round by round, beside what they are to be at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from bench.agent.counting import Counted
from bench.agent.rounds import BIG, CHANGED, FIRST, RESTORE, STEPS, UNCHANGED, Pair
from bench.agent.taken import Taken
from bench.figures import Figure

Rounds = list[dict[str, Pair]]

WALL = {FIRST: 0.60, UNCHANGED: 0.30, CHANGED: 0.50, RESTORE: 1.00, BIG: 0.60}
CPU = {FIRST: 0.35, BIG: 0.25}
PEAK = {FIRST: 120, BIG: 150}
HEAD = f"{'step':14}{'tool':8}{'wall s':>16}{'CPU s':>16}{'peak MB':>10}"
COUNTS_HEAD = (
    f"{'step':14}{'tool':8}{'requests':>10}{'connections':>13}{'MB up':>10}{'MB down':>10}"
)


def medians(rounds: Rounds) -> Iterator[str]:
    """Yield a line a step and tool: the median, and the least and the most of wall and CPU."""
    yield HEAD
    for step in STEPS:
        for name in ("restic", "ours"):
            all_taken = [getattr(each[step], name) for each in rounds]
            peak = median(each.peak for each in all_taken)
            spread = (_spread(all_taken, lambda each: each.wall), _spread(all_taken, _cpu))
            yield f"{step:14}{name:8}{spread[0]:>16}{spread[1]:>16}{peak:>10.0f}"


def ratios(rounds: Rounds) -> Iterator[Figure]:
    """Yield ours / restic, the median of the rounds' own ratios."""
    for step in STEPS:
        pairs = [each[step] for each in rounds]
        wall = median(each.ours.wall / each.restic.wall for each in pairs)
        cpu = median(each.ours.cpu / each.restic.cpu for each in pairs)
        yield Figure(f"{step}: wall, ours / restic", wall, WALL[step])
        yield Figure(f"{step}: CPU, ours / restic", cpu, CPU.get(step))
    restored = [each[RESTORE] for each in rounds]
    on_disk = median(each.ours.on_disk / each.restic.on_disk for each in restored)
    yield Figure(f"{RESTORE}: until it is on the disk, ours / restic", on_disk)
    for step, most in PEAK.items():
        peak = max(each[step].ours.peak for each in rounds)
        yield Figure(f"{step}: peak memory of ours", peak, most, "MB", digits=0)


def requests(counts: list[tuple[str, str, Counted]], size: int) -> Iterator[str]:
    """Yield a line a step and tool; *size* is the tree's."""
    yield COUNTS_HEAD
    for step, name, count in counts:
        methods = ", ".join(f"{number} {method}" for method, number in count.requests.most_common())
        up, down = count.bytes_up / 10**6, count.bytes_down / 10**6
        total = count.requests.total()
        numbers = f"{total:>10}{count.connections:>13}{up:>10.2f}{down:>10.2f}"
        yield f"{step:14}{name:8}{numbers}  {methods}"
    yield f"the tree itself has {size / 10**6:.2f} MB"


def _cpu(taken: Taken) -> float:
    return taken.cpu


def _spread(all_taken: list[Taken], value: Callable[[Taken], float]) -> str:
    values = [value(each) for each in all_taken]
    return f"{median(values):.2f} ({min(values):.1f}-{max(values):.1f})"
