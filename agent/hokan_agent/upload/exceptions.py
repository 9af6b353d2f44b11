"""Exceptions as a batch's end tells of them: by path and code, no more than the service keeps."""

from __future__ import annotations

from collections.abc import Iterable

from hokan_agent.report import Exception_

MAX_BYTES = 500_000  # it keeps 380 KB, compressed; a run's own report has all of them


def as_told(exceptions: Iterable[Exception_]) -> list[dict[str, str]]:
    """Return exceptions as docs/api.md has them."""
    return [{"path": each.path, "reason": each.code} for each in exceptions]


def bounded(exceptions: Iterable[Exception_]) -> list[Exception_]:
    """Return the first of *exceptions*, as many as there is room for."""
    kept, size = [], 0
    for each in exceptions:
        size += len(each.path.encode()) + len(each.code)
        if size > MAX_BYTES:
            break
        kept.append(each)
    return kept
