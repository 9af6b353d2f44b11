"""
The one session with AWS of a thread, and so of a function.

A session reads AWS's descriptions of itself and of each service, 60 ms of CPU for a service's first
client and 2 ms for the next (measured).  PynamoDB would make one for each model, and a cold start
meets many models.
"""

from __future__ import annotations

from threading import local

from botocore.session import Session
from pynamodb.connection import base

_of_thread = local()  # several threads must not make clients of one session


def session() -> Session:
    """Return the session."""
    if not hasattr(_of_thread, "session"):
        # boto3's would add 40 ms of imports to a cold start, and nothing we use.
        _of_thread.session = Session()
    kept: Session = _of_thread.session
    return kept


def share_with_models() -> None:
    """Let PynamoDB's connections, which have no setting for it, take the session."""
    vars(base)["get_session"] = session


def forget_session() -> None:
    """Let the next client be made of a session of its own (tests change the world between them)."""
    vars(_of_thread).clear()
