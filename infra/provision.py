"""
The template's tables, buckets and queues, made through plain API calls.

For unit tests on moto, whose CloudFormation leaves half of it out without a word.  Nothing is
written down twice: names, keys, indexes and rules come from resources.yaml.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
from moto.backends import get_backend

from infra.completion import complete_storage
from infra.template import REGION, function_environment, resolver_of

MOTO_ACCOUNT = "123456789012"


def provision(session: boto3.Session, stage: str = "test") -> dict[str, str]:
    """Make tables, buckets and queues; return the environment a function would get."""
    resolver = resolver_of(stage, MOTO_ACCOUNT)
    dynamodb = session.client("dynamodb", region_name=REGION)
    for properties in resolver.of_type("AWS::DynamoDB::Table").values():
        _make_table(dynamodb, properties)
    s3 = session.client("s3", region_name=REGION)
    for properties in resolver.of_type("AWS::S3::Bucket").values():
        _make_bucket(s3, properties)
    sqs = session.client("sqs", region_name=REGION)
    for properties in resolver.of_type("AWS::SQS::Queue").values():
        sqs.create_queue(QueueName=properties["QueueName"])
    for properties in resolver.of_type("AWS::SQS::Queue").values():
        _let_fail(sqs, properties)
    complete_storage(session, resolver)
    for name, properties in resolver.of_type("AWS::KMS::Key").items():
        _make_key(session.client("kms", region_name=REGION), name, properties)
    return function_environment(resolver)


def _make_table(dynamodb: Any, properties: dict[str, Any]) -> None:
    names = ("TableName", "BillingMode", "KeySchema", "AttributeDefinitions")
    dynamodb.create_table(
        **{name: properties[name] for name in names},
        GlobalSecondaryIndexes=properties["GlobalSecondaryIndexes"],
    )


def _make_bucket(s3: Any, properties: dict[str, Any]) -> None:
    bucket = properties["BucketName"]
    s3.create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=properties.get("ObjectLockEnabled", False),
    )
    if "VersioningConfiguration" in properties:
        s3.put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration=properties["VersioningConfiguration"]
        )


def _make_key(kms: Any, name: str, properties: dict[str, Any]) -> None:
    """Make a key that we use by ourselves, under the id that the resolver gives it."""
    if "KeySpec" in properties:
        spec = {each: properties[each] for each in ("KeySpec", "KeyUsage")}
        made = kms.create_key(**spec)["KeyMetadata"]["KeyId"]
        keys = get_backend("kms")[MOTO_ACCOUNT][REGION].keys
        keys[name] = keys.pop(made)
        keys[name].id = name


def _let_fail(sqs: Any, properties: dict[str, Any]) -> None:
    """Send what fails too often to the dead letters, once all queues are there."""
    if "RedrivePolicy" in properties:
        sqs.set_queue_attributes(
            QueueUrl=sqs.get_queue_url(QueueName=properties["QueueName"])["QueueUrl"],
            Attributes={
                "RedrivePolicy": json.dumps(properties["RedrivePolicy"]),
                "VisibilityTimeout": str(properties["VisibilityTimeout"]),
            },
        )
