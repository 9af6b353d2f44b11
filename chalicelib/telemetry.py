"""
One logger, one metrics namespace, one correlation id.

Event names are constant, facts go into ``extra``; personal fields are masked by name, so that
a careless ``extra`` cannot publish a patient.  Metrics are named by business fact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

PERSONAL = frozenset(
    {
        "patient",
        "patient_id",
        "patient_ids",
        "patient_name",
        "name",
        "birth_date",
        "sex",
        "path",
        "paths",
        "description",
        "study_uid",
        "accession_number",
        "public_key",
        "id_token",
        "session",
        "code_typed",
        "url",
        "headers",
    }
)
MASK = "*****"


class _MaskingFormatter(LambdaPowertoolsFormatter):
    def serialize(self, log: Any) -> str:
        return str(super().serialize(masked(log)))


def masked(fact: Any) -> Any:
    """Return *fact* with every personal field, however deep, replaced by a mask."""
    if isinstance(fact, dict):
        return {
            key: MASK if key in PERSONAL and value is not None else masked(value)
            for key, value in fact.items()
        }
    if isinstance(fact, list | tuple):
        return [masked(each) for each in fact]
    return fact


# Not "hokan": a logger that shares Chalice's app name prints every line twice.
logger = Logger(service="hokan-service", logger_formatter=_MaskingFormatter())
metrics = Metrics(namespace="Hokan", service="hokan-service")


def publishing_metrics(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Middleware: print what was counted, also when the handler failed."""
    try:
        return get_response(event)
    finally:
        if metrics.provider.metric_set:
            metrics.flush_metrics()


def count(name: str, amount: int = 1) -> None:
    """Add *amount* to the business fact *name*, e.g. ``ObjectsStored``."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=amount)


def count_bytes(name: str, amount: int) -> None:
    """Add *amount* bytes to the business fact *name*, e.g. ``BytesStored``."""
    metrics.add_metric(name=name, unit=MetricUnit.Bytes, value=amount)


def place(error: BaseException) -> str:
    """
    Where *error* was raised: file and line, never its text or its variables.

    An exception's text may quote what a caller sent, a patient's name included.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
