"""Which of AWS's errors pass: the same request may succeed in a moment."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from pynamodb.exceptions import TransactWriteError

# DynamoDB, S3 and KMS: "Error retries", "Error responses" and the errors of their references.
PASSING = frozenset(
    {
        "ConditionalRequestConflict",  # somebody stores the same bytes at this moment
        "DependencyTimeoutException",
        "InternalError",
        "InternalServerError",
        "KMSInternalException",
        "KeyUnavailableException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
PASSING_REASONS = frozenset(
    {"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"}
)


def is_passing(error: BaseException) -> bool:
    """Whether *error*, or what PynamoDB wrapped in it, is trouble on AWS's side or on the line."""
    cause: Any = getattr(error, "cause", None) or error
    if isinstance(cause, HTTPClientError):
        return True
    if not isinstance(cause, ClientError):
        return False
    code = cause.response["Error"]["Code"]
    if isinstance(error, TransactWriteError) and code == "TransactionCanceledException":
        reasons = {each.code for each in error.cancellation_reasons if each is not None}
        return reasons <= PASSING_REASONS
    return code in PASSING
