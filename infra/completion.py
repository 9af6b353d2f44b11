"""
What a local engine's CloudFormation leaves out without a word, applied from the same template.

MiniStack makes tables and buckets, but not their time to live, recovery, encryption by our key,
lifecycle and Object Lock, and it drops gateway responses that stand in the API's body.  AWS does
all of it by itself; nothing here runs there.
"""

from __future__ import annotations

from typing import Any

import boto3

from infra.template import Resolver

GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"


def complete_storage(session: boto3.Session, resolver: Resolver) -> None:
    """Give every table and bucket of the template what it says about them."""
    dynamodb, s3 = session.client("dynamodb"), session.client("s3")
    for properties in resolver.of_type("AWS::DynamoDB::Table").values():
        _complete_table(dynamodb, properties)
    for properties in resolver.of_type("AWS::S3::Bucket").values():
        _complete_bucket(s3, properties)


def complete_gateway(session: boto3.Session, template: dict[str, Any], api_id: str) -> None:
    """Give the API the answers it makes without a function."""
    gateway = session.client("apigateway")
    rest_api = template["Resources"]["RestAPI"]["Properties"]
    for kind, response in rest_api["Body"][GATEWAY_RESPONSES].items():
        status = {"statusCode": str(response["statusCode"])} if "statusCode" in response else {}
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters=response["responseParameters"],
            responseTemplates=response["responseTemplates"],
            **status,
        )
    gateway.create_deployment(restApiId=api_id, stageName="api")


def _complete_table(dynamodb: Any, properties: dict[str, Any]) -> None:
    name = properties["TableName"]
    if "TimeToLiveSpecification" in properties and not _has_time_to_live(dynamodb, name):
        dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )
    dynamodb.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"],
    )


def _has_time_to_live(dynamodb: Any, name: str) -> bool:
    described = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return bool(described["TimeToLiveStatus"] != "DISABLED")


def _complete_bucket(s3: Any, properties: dict[str, Any]) -> None:
    bucket = properties["BucketName"]
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                    "BucketKeyEnabled": rule["BucketKeyEnabled"],
                }
                for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            ]
        },
    )
    rules = properties["LifecycleConfiguration"]["Rules"]
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [_api_rule(rule) for rule in rules]}
    )
    if "ObjectLockConfiguration" in properties:
        s3.put_object_lock_configuration(
            Bucket=bucket, ObjectLockConfiguration=_api_lock(properties["ObjectLockConfiguration"])
        )


def _api_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a lifecycle rule as S3's API wants it: CloudFormation names two things otherwise."""
    api_rule = {"Filter": {"Prefix": rule.get("Prefix", "")}} | rule
    api_rule.pop("Prefix", None)
    api_rule["ID"] = api_rule.pop("Id")
    days = api_rule.pop("ExpirationInDays", None)
    if days is not None:
        api_rule["Expiration"] = {"Days": int(days)}
    expiration = api_rule.get("NoncurrentVersionExpiration")
    if expiration is not None:
        days = int(expiration["NoncurrentDays"])
        api_rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    return api_rule


def _api_lock(lock: dict[str, Any]) -> dict[str, Any]:
    retention = lock["Rule"]["DefaultRetention"]
    return lock | {"Rule": {"DefaultRetention": retention | {"Days": int(retention["Days"])}}}
