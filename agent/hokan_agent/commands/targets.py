"""Which of the facility's targets a command means."""

from __future__ import annotations

from typing import Any

from hokan_agent.errors import AgentError


def target_of(targets: list[dict[str, Any]], wanted: str | None) -> dict[str, Any]:
    """Return the target meant: the one named, or the only one with a plan; raises AgentError."""
    if wanted is not None:
        named = [each for each in targets if wanted in {each["target_id"], each["name"]}]
        if not named:
            raise AgentError(f"there is no target {wanted}; hokan-agent status lists them")
        chosen = named[0]
    else:
        planned = [each for each in targets if each["plan"] is not None]
        if len(planned) > 1:
            raise AgentError("there are several targets; choose one with --target")
        if not planned:
            raise AgentError("no contract is in force; your facility's administrator signs them")
        chosen = planned[0]
    if chosen["plan"] is None:
        raise AgentError(
            f"no contract is in force for {chosen['name']}: nothing was sent; "
            "your facility's administrator signs them"
        )
    return chosen
