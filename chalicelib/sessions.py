"""
The one session with AWS of a process.

A session reads AWS's descriptions of itself and of each service, 60 ms of CPU for a service's first
client and 2 ms for the next (measured).  PynamoDB would make one for each model, and a cold start
meets many models.
"""

from __future__ import annotations

from functools import cache

from botocore.session import Session
from pynamodb.connection import base


@cache
def session() -> Session:
    """Return the session."""
    return Session()  # boto3 would add 40 ms of imports to a cold start, and nothing we use


def share_with_models() -> None:
    """Let PynamoDB's connections, which have no setting for it, take the session."""
    vars(base)["get_session"] = session
