"""
What is asked of moto's DynamoDB, told without a request.

botocore writes a request, signs it and reads the answer's headers; moto finds out anew whose it is
and what is asked; and both walk through every row by the service's description, which says of words
and numbers what JSON says.  What counts stays: botocore's check of what is asked, the JSON of both
ways (so that nobody holds a row of another's), moto's own handler, and the reading of bytes.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any

from botocore import parsers
from botocore.client import BaseClient
from moto.core import responses
from moto.core.models import botocore_stubber
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model
from moto.dynamodb.responses import DynamoHandler

from infra.provision import MOTO_ACCOUNT

JSON = "application/x-amz-json-1.0"
AWS = ".amazonaws.com"
OF_ROWS = {  # operations whose JSON has no times
    *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"),
    *("BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems"),
}
BYTES = re.compile(rb'"BS?": ?["\[]')  # an attribute of bytes, or what looks like one

by_request: Any = BaseClient._make_api_call
_reader: Any = parsers.JSONParser()
_numbers = count(1)


def quicken_calls() -> None:
    """Let botocore ask moto's DynamoDB so."""
    changes: list[tuple[Any, str, Any]] = [
        (BaseClient, "_make_api_call", _call),
        (responses, "gen_amzn_requestid_long", _number),  # 52 letters drawn one by one
    ]
    for owner, name, quicker in changes:
        setattr(owner, name, quicker)


def _call(client: Any, operation: str, asked: dict[str, Any]) -> Any:
    model = client.meta.service_model
    is_played = botocore_stubber.enabled and client.meta.endpoint_url.endswith(AWS)
    if model.service_name != "dynamodb" or not is_played:
        return by_request(client, operation, asked)
    called, context = model.operation_model(operation), {"client_config": client.meta.config}
    asked = client._emit_api_params(asked, called, context)
    request = client._serializer.serialize_to_request(asked, called)
    status, answer = _answered(client, called, request["body"])
    client.meta.events.emit(
        f"after-call.dynamodb.{operation}",
        http_response=SimpleNamespace(status_code=status),
        parsed=answer,
        model=called,
        context=context,
    )
    if status >= 300:
        raise client.exceptions.from_code(answer["Error"]["Code"])(answer, operation)
    return answer


def _answered(client: Any, called: Any, body: bytes) -> tuple[int, dict[str, Any]]:
    """Return the status and what *client* would read of moto's answer."""
    status, headers, text = _handler(client, called.name, body).call_action()
    written = text.encode() if isinstance(text, str) else text
    is_plain = status == 200 and _is_plain(called.name, written)
    told = {
        "status_code": int(status),
        "headers": headers,
        "body": b"{}" if is_plain else written,
        "context": {"operation_name": called.name},
    }
    answer: dict[str, Any] = _reader.parse(told, called.output_shape)
    if is_plain:
        answer |= json.loads(written)
    if told["status_code"] >= 300:
        client._endpoint._add_modeled_error_fields(told, answer, called, _reader)
    return told["status_code"], answer


def _handler(client: Any, operation: str, body: bytes) -> Any:
    """Return moto's handler as it is once it has read a request."""
    handler: Any = DynamoHandler()
    handler.region, handler.current_account = client.meta.region_name, MOTO_ACCOUNT
    handler.headers = {"Content-Type": JSON, "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
    handler.querystring, handler.uri_match, handler.response_headers = {}, {}, {}
    handler.params = _read(operation, body)
    return handler


def _read(operation: str, body: bytes) -> Any:
    """Return what moto's parser makes of a request."""
    if _is_plain(operation, body):
        return json.loads(body)
    told: Any = {"body": body}
    return PROTOCOL_PARSERS["json"](_moto_model(operation), map_type=dict).parse(told)


def _is_plain(operation: str, body: bytes) -> bool:
    """Whether a description would read of *body* what JSON says."""
    return operation in OF_ROWS and not BYTES.search(body)


@cache
def _moto_model(operation: str) -> Any:
    return get_service_model("dynamodb").operation_model(operation)


def _number(headers: dict[str, Any] | None = None) -> str:
    number = f"request-{next(_numbers)}"
    if headers is not None:
        headers["x-amzn-requestid"] = number
    return number
