"""Moments as the agent keeps and shows them to programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def moment(ahead: float = 0) -> str:
    """Return the moment *ahead* seconds from now, ISO 8601 in UTC, to the second."""
    return (datetime.now(UTC) + timedelta(seconds=ahead)).isoformat(timespec="seconds")
