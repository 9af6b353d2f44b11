"""
What taking images in costs at AWS's list prices, in multiples of the bare S3 PUT.

On demand, ap-northeast-1, without free tiers.  Left out: storage, and what a month costs without
any image (alarms, metrics, the sweep, an idle queue's polls).
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import Figure
from bench.images import Run, runs

# (USD, for how many, of what).  List prices as of 2025, to be checked against the pricing pages:
# aws.amazon.com/{s3,dynamodb,sqs,lambda,api-gateway,kms,cloudwatch,ec2}/pricing.
PRICES = {
    "S3 PUT": (0.0047, 1_000, "PUT, COPY, POST and LIST requests, S3 Standard"),
    "S3 GET": (0.00037, 1_000, "GET, HEAD and other requests, S3 Standard"),
    "DynamoDB write": (0.715, 10**6, "write request units, on demand"),
    "DynamoDB read": (0.1425, 10**6, "read request units, on demand"),
    "SQS": (0.40, 10**6, "requests, standard queue"),
    "Lambda requests": (0.20, 10**6, "requests"),
    "Lambda time": (0.0000166667, 1, "GB-seconds, x86"),
    "API Gateway": (4.25, 10**6, "REST API calls"),
    "KMS": (0.03, 10_000, "requests"),
    "logs": (0.76, 10**9, "bytes into CloudWatch Logs"),
    "data out": (0.114, 10**9, "bytes to the internet"),
}

# Stated, not measured: what an AWS call within the region takes of a function's time, its own CPU
# included; generous.  moto's times say nothing about AWS's.
CALL_MS = {"HeadObject": 20, "GetObject": 30, "PutObject": 50, "TransactWriteItems": 30}
OTHER_CALL_MS = 10
FUNCTION_GB = 1.0  # MemorySize of APIHandler and Ingest in infra/resources.yaml
PLATFORM_LOG_BYTES = 350  # Lambda's own START, END and REPORT
KMS_REQUESTS = 20  # a batch: bucket keys and DynamoDB's table keys are kept for minutes


def figures() -> Iterator[Figure]:
    """Yield the price of 1,000 images and its parts, as multiples of 1,000 PUTs."""
    put_usd = _usd("S3 PUT", 1)
    night, few = runs()
    parts = {name: _usd(name, amount) / night.images for name, amount in _used(night).items()}
    of_few = sum(_usd(name, amount) for name, amount in _used(few).items()) / few.images
    yield Figure("an image / its bare PUT", sum(parts.values()) / put_usd, 2.5, "x")
    for name, usd in parts.items():
        yield Figure(f"  {name}", usd / put_usd, unit="x", digits=3)
    yield Figure(f"  in a batch of {few.images}", of_few / put_usd, unit="x")
    yield Figure("  1,000 images", sum(parts.values()) * 1_000, unit="USD", digits=5)


def _usd(name: str, amount: float) -> float:
    usd, units, _ = PRICES[name]
    return usd * amount / units


def _used(run: Run) -> dict[str, float]:
    """Return what AWS bills for *run*, in the units of PRICES."""
    invocations = run.api_calls + run.ingests
    return {
        "S3 PUT": run.called("PutObject"),
        "S3 GET": run.called("HeadObject", "GetObject"),
        "DynamoDB write": sum(run.write_units.values()),
        "DynamoDB read": sum(run.read_units.values()),
        "SQS": run.images + 2 * run.ingests,  # S3's sends; the poller's receives and deletes
        "Lambda requests": invocations,
        "Lambda time": _function_seconds(run) * FUNCTION_GB,
        "API Gateway": run.api_calls,
        "KMS": KMS_REQUESTS,
        "logs": run.log_bytes + PLATFORM_LOG_BYTES * invocations,
        "data out": run.answer_bytes,
    }


def _function_seconds(run: Run) -> float:
    """Functions wait for one AWS call after the other; the agent's own PUTs are not theirs."""
    calls = ((name, count) for (step, name), count in run.calls.items() if step != "send")
    return sum(CALL_MS.get(name, OTHER_CALL_MS) * count for name, count in calls) / 1_000
