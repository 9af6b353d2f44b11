"""
The canary patient, and where to look for them after every test.

They are the one patient of every fixture; whoever finds them in a log line, a metric, a key, a
URL, a queue's message or an error's text has found a leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

CANARY_ID = "CANARY-0001"
CANARY_NAME = "CANARY^HANAKO=金糸雀^花子=かなりあ^はなこ"
CANARY = {"id": CANARY_ID, "name": CANARY_NAME, "birth_date": "1950-01-01", "sex": "F"}
SECRETS = [CANARY_ID, *CANARY_NAME.replace("=", "^").split("^"), "1950-01-01"]
KEYS = ("pk", "sk", "listing_pk", "listing_sk", "open_shard", "opened_at", "due_shard", "due_at")
ACCOUNT, REGION = "123456789012", "ap-northeast-1"


def found_in(text: str) -> list[str]:
    """Return what of the canary stands in *text*."""
    return [secret for secret in SECRETS if secret.lower() in text.lower()]


def public_places() -> Iterator[str]:
    """Yield every key of moto's buckets and tables, and every message of its queues."""
    for bucket in get_backend("s3")[ACCOUNT]["aws"].buckets.values():
        yield from bucket.keys
    for table in get_backend("dynamodb")[ACCOUNT][REGION].tables.values():
        yield from (key for item in table.all_items() for key in _keys(item))
    for queue in get_backend("sqs")[ACCOUNT][REGION].queues.values():
        yield from (message.body for message in queue._messages)


def _keys(item: Any) -> Iterator[str]:
    return (str(item.attrs[name].value) for name in KEYS if name in item.attrs)
