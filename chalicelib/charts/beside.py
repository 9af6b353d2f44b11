"""What capabilities above this one tell on a chart's page, which knows nothing of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Teller = Callable[[str, str], dict[str, Any]]  # of a target's examination: values for the template

TELLERS: list[Teller] = []


def told(target_id: str, examination_id: str) -> dict[str, Any]:
    """Return what everybody has to tell about an examination's chart."""
    found: dict[str, Any] = {}
    for each in TELLERS:
        found |= each(target_id, examination_id)
    return found
