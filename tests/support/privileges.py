"""
What a function asks of AWS, in IAM's words, and what its policy grants.

Actions and resources as in the Service Authorization Reference: one call may need several (an
encrypted PUT needs a data key), a transaction needs the action of each of its items.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.settings import settings
from infra.build import ROOT
from infra.provision import MOTO_ACCOUNT
from infra.template import REGION, Resolver, resolver_of

FUNCTIONS = ("api", "ingest", "export", "media", "purge", "derive", "sweep", "tick", "operate")
Need = tuple[str, str]  # action, resource's ARN
OBJECT_ACTIONS = {  # S3's API -> IAM's actions on the object
    "HeadObject": ("s3:GetObject",),
    "GetObject": ("s3:GetObject",),
    "PutObject": ("s3:PutObject",),
    "DeleteObject": ("s3:DeleteObject",),
    "CreateMultipartUpload": ("s3:PutObject",),
    "UploadPart": ("s3:PutObject",),
    "CompleteMultipartUpload": ("s3:PutObject",),
    "AbortMultipartUpload": ("s3:AbortMultipartUpload",),
    "ListParts": ("s3:ListMultipartUploadParts",),
}
LISTING = {"ListObjectsV2": "s3:ListBucket", "ListObjectVersions": "s3:ListBucketVersions"}
KEY_ACTIONS = {  # what S3 does with our key on the caller's behalf
    "GetObject": ("kms:Decrypt",),
    "PutObject": ("kms:GenerateDataKey",),
    "CreateMultipartUpload": ("kms:GenerateDataKey",),
    "UploadPart": ("kms:GenerateDataKey", "kms:Decrypt"),
    "CompleteMultipartUpload": ("kms:Decrypt",),
}
ITEM_ACTIONS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}


@contextmanager
def recorded(needs: set[Need]) -> Iterator[None]:
    """Collect in *needs* what is needed meanwhile."""
    make = BaseClient._make_api_call

    def recording(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        needs.update(_needs(service, operation, parameters))
        return make(self, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", recording)
        yield


def watched(act: Callable[[], Any], needs: set[Need]) -> Callable[[], Any]:
    """Return *act*, which adds to *needs* what it needs each time."""

    def acting() -> Any:
        with recorded(needs):
            answer = act()
        needs.update(of_urls(answer))
        return answer

    return acting


def of_urls(answer: Any) -> set[Need]:
    """Return what whoever signed the URLs in *answer* must be allowed, for them to work."""
    text = str(getattr(answer, "body", getattr(answer, "text", "")))
    upload, download = "x-amz-checksum-sha256" in text, "response-content-type" in text
    needs: set[Need] = set()
    for bucket, prefix in _told_by_their_place():
        if bucket in text and f"/{prefix}/facility-" in text:
            place = f"arn:aws:s3:::{bucket}"
            needs |= _s3_needs("PutObject" if upload else "GetObject", f"{prefix}/any/any", place)
            upload = download = False
    if upload:
        needs |= _s3_needs("UploadPart" if "partNumber" in text else "PutObject", "t/any/any")
    made = f"arn:aws:s3:::{settings().derived_bucket}"
    if download and f"{settings().derived_bucket}" in text:  # a page with pictures
        needs |= _s3_needs("GetObject", "p/any/any/any", made)
    elif download:
        needs |= _s3_needs("GetObject", "t/any/any")
    elsewhere = str(getattr(answer, "headers", {}).get("Location", ""))  # a viewer is sent there
    if settings().derived_bucket in elsewhere:
        needs |= _s3_needs("GetObject", "f/any/any/any", made)
    elif settings().media_bucket in elsewhere:
        key = "discs/any/any/0/any.iso" if "/discs/" in elsewhere else "zip/any"
        needs |= _s3_needs("GetObject", key, f"arn:aws:s3:::{settings().media_bucket}")
    elif "response-content-type" in elsewhere:
        needs |= _s3_needs("GetObject", "t/any/any")
    return needs


def _told_by_their_place() -> list[tuple[str, str]]:
    """Return buckets and prefixes of URLs that stand beside those of a target's objects."""
    media = settings().media_bucket
    return [(media, "captures"), (media, "inquiries"), (settings().objects_bucket, "i")]


def _needs(service: str, operation: str, parameters: dict[str, Any]) -> set[Need]:
    match service:
        case "dynamodb":
            return set(_row_needs(operation, parameters))
        case "s3":
            return set(_bucket_needs(operation, parameters))
        case "cognito-idp":
            return _pool_needs(operation)
        case "sesv2":
            return {(f"ses:{operation}", _identity(parameters["FromEmailAddress"]))}
        case "kms":
            return {(f"kms:{operation}", parameters["KeyId"])}
        case "sqs":
            return {(f"sqs:{operation}", _queue(parameters))}
    raise AssertionError(f"{service}: say here what its calls need")


def _row_needs(operation: str, parameters: dict[str, Any]) -> Iterator[Need]:
    yield "kms:Decrypt", settings().kms_key_arn  # DynamoDB opens a table's key on our behalf
    if operation == "TransactWriteItems":
        for each in parameters["TransactItems"]:
            ((kind, action),) = each.items()
            yield ITEM_ACTIONS[kind], _table(action["TableName"])
    elif operation in {"BatchGetItem", "BatchWriteItem"}:
        for name in parameters["RequestItems"]:
            yield f"dynamodb:{operation}", _table(name)
    elif operation != "DescribeTable":
        index = parameters.get("IndexName")
        suffix = f"/index/{index}" if index else ""
        yield f"dynamodb:{operation}", _table(parameters["TableName"]) + suffix


def _bucket_needs(operation: str, parameters: dict[str, Any]) -> Iterator[Need]:
    if operation in LISTING:
        yield LISTING[operation], _bucket(parameters)
    elif operation == "DeleteObjects":
        for each in parameters["Delete"]["Objects"]:
            place = f"{_bucket(parameters)}/{each['Key']}"
            yield "s3:DeleteObject", place  # "always", says the API reference
            if "VersionId" in each:
                yield "s3:DeleteObjectVersion", place
    else:
        yield from _s3_needs(operation, parameters["Key"], _bucket(parameters))


def _s3_needs(operation: str, key: str, bucket: str = "") -> set[Need]:
    place = bucket or f"arn:aws:s3:::{settings().objects_bucket}"
    on_object = {(action, f"{place}/{key}") for action in OBJECT_ACTIONS[operation]}
    if operation == "HeadObject":  # without it a missing object is 403, not 404
        on_object.add(("s3:ListBucket", place))
    return on_object | {(each, settings().kms_key_arn) for each in KEY_ACTIONS.get(operation, ())}


def _bucket(parameters: dict[str, Any]) -> str:
    return f"arn:aws:s3:::{parameters['Bucket']}"


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{MOTO_ACCOUNT}:table/{name}"


def _pool_needs(operation: str) -> set[Need]:
    """Signing in is sent unsigned, and granted to nobody."""
    is_ours = operation.startswith("Admin")
    return {(f"cognito-idp:{operation}", _pool())} if is_ours else set()


def _pool() -> str:
    return str(resolver_of("test", MOTO_ACCOUNT).value({"Fn::GetAtt": ["StaffPool", "Arn"]}))


def _identity(sender: str) -> str:
    """The domain's identity, as mails are sent from one."""
    domain = sender.partition("@")[2]
    return f"arn:aws:ses:{REGION}:{MOTO_ACCOUNT}:identity/{domain}"


def _queue(parameters: dict[str, Any]) -> str:
    name = parameters.get("QueueName") or parameters["QueueUrl"].rpartition("/")[2]
    return f"arn:aws:sqs:{REGION}:{MOTO_ACCOUNT}:{name}"


# --- what is granted ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grant:
    """One action on one pattern of resources, of a policy's statement."""

    statement: str
    action: str
    pattern: str

    def covers(self, need: Need) -> bool:
        return self.action == need[0] and fnmatch.fnmatchcase(need[1], self.pattern)


def function_of(handler: str) -> str:
    """Return the function that runs *handler*, a route, an event handler or a command."""
    name = handler.partition(":")[0]
    return name if name in FUNCTIONS else "api"


def refused_to(function: str, needs: set[Need]) -> list[Need]:
    """Return those of *needs* that *function* is not granted."""
    allowed = granted(function)
    return sorted(each for each in needs if not any(one.covers(each) for one in allowed))


@cache
def granted(function: str) -> list[Grant]:
    """Return what a function is granted on moto."""
    return grants(function, resolver_of("test", MOTO_ACCOUNT))


def grants(function: str, resolver: Resolver) -> list[Grant]:
    """Return what .chalice/policy-<function>.json grants, its references resolved."""
    policy = json.loads((ROOT / ".chalice" / f"policy-{function}.json").read_text())
    return [
        Grant(statement["Sid"], action, resolver.value(resource))
        for statement in policy["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
