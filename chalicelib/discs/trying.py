"""What an order says of itself when it is asked to be built: for the first time, or anew."""

from __future__ import annotations

from typing import Any

from chalicelib.discs.model import Order, Runs, State


def asked(now: str, tries: int = 1) -> dict[str, Any]:
    """Return what an order says that is to be built from *now* on."""
    times = dict.fromkeys(("asked_at", "progress_at", "looked_at"), now)
    return {**times, "state": State.BUILDING, "tries": tries, "builder": "", "lease_ends_at": ""}


def anew(order: Order, now: str) -> dict[str, Any]:
    """Return what an order says that is begun again; nothing of an earlier try counts."""
    return {
        **asked(now, order.tries + 1),
        "runs_on": Runs.LAMBDA,
        "discs": 0,
        "built": (),
        "begun_at": "",
        "built_at": "",
        "upload_id": "",
        "parts": 0,
        "written": 0,
        "failure": "",
        "damaged": "",
    }
