"""
Every reason for which a command stops, said in a sentence.

* AgentError
  - NotEnrolled        there is no identity yet
  - AlreadyEnrolled    there is one
  - NoKeyring          the keyring that holds its key is locked, gone or not installed
  - Busy               another run of this agent is under way
  - Interrupted        somebody ended the run
  - Paused             somebody paused this agent
  - JobOver            the service wants the job no more
  - StateDamaged       the cache made no sense and was put aside
  - StateUnusable      the cache's disk is full, or does not work
  - FolderUnreadable   there is no such folder, or it may not be read
  - NotShown           a notice could not be shown on a desktop
  - Unreachable        no answer from the service or from storage
    - Barred           and there will be none: a proxy or a certificate has to be set right
      - WrongPassword  the proxy refuses this agent's user and password
  - Refused            the service, or storage, said no
"""

from __future__ import annotations

from typing import Any


class AgentError(Exception):
    """
    A command cannot go on.

    Attributes:
        code: For programs; stable, kebab-case.
    """

    code = "error"


class NotEnrolled(AgentError):
    code = "not-enrolled"


class AlreadyEnrolled(AgentError):
    code = "already-enrolled"


class NoKeyring(AgentError):
    code = "no-keyring"


class Busy(AgentError):
    code = "busy"


class Interrupted(AgentError):
    code = "interrupted"


class Paused(AgentError):
    code = "paused"


class NotShown(AgentError):
    code = "not-shown"


class JobOver(AgentError):
    code = "job-over"


class StateDamaged(AgentError):
    code = "state-damaged"


class StateUnusable(AgentError):
    code = "state-unusable"


class FolderUnreadable(AgentError):
    code = "folder-unreadable"


class Unreachable(AgentError):
    code = "unreachable"


class Barred(Unreachable):
    """Not tried again at once."""


class WrongPassword(Barred):
    """Not sent again for a while: a wrong password that is sent often locks its user out."""


class Refused(AgentError):
    """
    Attributes:
        status: The HTTP status.
        facts: The rest of the problem document (RFC 9457).
    """

    def __init__(self, status: int, code: str, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.facts = status, code, facts
