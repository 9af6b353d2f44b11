"""The answers a facility waits for, as the service tells of them: without a word of theirs."""

from __future__ import annotations

from typing import NamedTuple

from hokan_agent.wire.service import Service

ANSWERS = "/agent/answers"


class Answer(NamedTuple):
    """
    Attributes:
        address: Where its asker reads it, once they are signed in.
    """

    inquiry_id: str
    answered_at: str
    address: str


def waiting(service: Service) -> list[Answer]:
    """Return the answers that no terminal gave notice of, a page of them; raises AgentError."""
    told = service.get(ANSWERS)
    return [
        Answer(each["inquiry_id"], each["answered_at"], service.address + each["path"])
        for each in told.get("items", [])
    ]


def note_shown(service: Service, answer: Answer) -> None:
    """Tell the service that a terminal gave notice of an answer; raises AgentError."""
    service.post(f"{ANSWERS}/{answer.inquiry_id}/shown")
