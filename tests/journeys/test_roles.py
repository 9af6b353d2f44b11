"""The deployed roles, tried as themselves: what none of them may do is refused by IAM."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.engine import LocalSession
from infra.local.stack import LocalStack

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

ROLES = ("ApiHandlerRole", "IngestRole", "SweepRole", "TickRole", "OperateRole")
LONG_AGO = "2020-01-01T00:00:00Z"
Attempt = Callable[[boto3.Session, dict[str, str]], object]


class RoleSession(LocalSession):
    """A session as one of the functions, at the local engine."""

    def __init__(self, endpoint: str, credentials: dict[str, str]) -> None:
        boto3.Session.__init__(
            self,
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
            region_name="ap-northeast-1",
        )
        self._endpoint = endpoint


@pytest.fixture(scope="module", params=ROLES)
def role(stack: LocalStack, request: pytest.FixtureRequest) -> Iterator[boto3.Session]:
    """One function's role; its trust lets an operator in meanwhile, beside Lambda."""
    iam, sts = stack.session.client("iam"), stack.session.client("sts")
    deployed = next(each for each in iam.list_roles()["Roles"] if request.param in each["RoleName"])
    trust = deployed["AssumeRolePolicyDocument"]
    visitor = {
        "Effect": "Allow",
        "Principal": {"AWS": sts.get_caller_identity()["Arn"]},
        "Action": "sts:AssumeRole",
    }
    opened = trust | {"Statement": [*trust["Statement"], visitor]}
    name = deployed["RoleName"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(opened))
    assumed = sts.assume_role(RoleArn=deployed["Arn"], RoleSessionName="visitor")
    yield RoleSession(stack.engine.endpoint, assumed["Credentials"])
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))


@pytest.fixture(scope="module")
def things(stack: LocalStack) -> dict[str, str]:
    """A stored object, and what else a role could do harm to."""
    s3, bucket = stack.session.client("s3"), stack.outputs["ObjectsBucketName"]
    stored = s3.put_object(Bucket=bucket, Key="t/target-1/object", Body=b"an image")
    s3.put_object(Bucket=bucket, Key="elsewhere/object", Body=b"none of a role's business")
    function = stack.session.client("lambda").get_function_configuration(
        FunctionName=stack.outputs["OperateFunction"]
    )
    keys = function["Environment"]["Variables"]
    return {
        "bucket": bucket,
        "version": stored["VersionId"],
        "key": keys["HOKAN_KMS_KEY_ARN"],
        "slip_key": keys["HOKAN_SLIP_KEY_ARN"],
        "core": stack.outputs["CoreTableName"],
        "catalogue": stack.outputs["CatalogueTableName"],
        "dead_letters": stack.outputs["IngestDeadLettersUrl"],
    }


def delete_a_version(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("s3").delete_object(
        Bucket=things["bucket"], Key="t/target-1/object", VersionId=things["version"]
    )


def bypass_a_lock(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("s3").delete_object(
        Bucket=things["bucket"],
        Key="t/target-1/object",
        VersionId=things["version"],
        BypassGovernanceRetention=True,
    )


def shorten_a_lock(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("s3").put_object_retention(
        Bucket=things["bucket"],
        Key="t/target-1/object",
        Retention={"Mode": "GOVERNANCE", "RetainUntilDate": LONG_AGO},
        BypassGovernanceRetention=True,
    )


def unlock_the_bucket(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("s3").put_object_lock_configuration(
        Bucket=things["bucket"], ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
    )


def let_versions_expire(role: boto3.Session, things: dict[str, str]) -> object:
    rule: Any = {"ID": "x", "Status": "Enabled", "Prefix": "", "Expiration": {"Days": 1}}
    return role.client("s3").put_bucket_lifecycle_configuration(
        Bucket=things["bucket"], LifecycleConfiguration={"Rules": [rule]}
    )


def read_outside_of_targets(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("s3").get_object(Bucket=things["bucket"], Key="elsewhere/object")


def write_outside_of_targets(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("s3").put_object(Bucket=things["bucket"], Key="elsewhere/new", Body=b"")


def delete_the_key(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("kms").schedule_key_deletion(KeyId=things["key"])


def disable_the_key(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("kms").disable_key(KeyId=things["key"])


def delete_the_key_of_slips(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("kms").schedule_key_deletion(KeyId=things["slip_key"])


def scan_a_table(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("dynamodb").scan(TableName=things["catalogue"])


def delete_a_table(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("dynamodb").delete_table(TableName=things["core"])


def purge_dead_letters(role: boto3.Session, things: dict[str, str]) -> object:
    return role.client("sqs").purge_queue(QueueUrl=things["dead_letters"])


def give_itself_more(role: boto3.Session, things: dict[str, str]) -> object:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    return role.client("iam").put_user_policy(
        UserName="hokan-operator", PolicyName=things["core"], PolicyDocument=document
    )


HARM: list[Attempt] = [
    delete_a_version,
    bypass_a_lock,
    shorten_a_lock,
    unlock_the_bucket,
    let_versions_expire,
    read_outside_of_targets,
    write_outside_of_targets,
    delete_the_key,
    disable_the_key,
    delete_the_key_of_slips,
    scan_a_table,
    delete_a_table,
    purge_dead_letters,
    give_itself_more,
]


@pytest.mark.parametrize("harm", HARM, ids=lambda each: each.__name__)
def test_no_role_does_harm(role: boto3.Session, things: dict[str, str], harm: Attempt) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        harm(role, things)


def test_a_role_is_let_in_by_lambda_alone(stack: LocalStack) -> None:
    iam, sts = stack.session.client("iam"), stack.session.client("sts")
    sweep = next(each for each in iam.list_roles()["Roles"] if "SweepRole" in each["RoleName"])
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=sweep["Arn"], RoleSessionName="visitor")


def manifests(role: boto3.Session, stack: LocalStack) -> int:
    place = {"Bucket": stack.outputs["ObjectsBucketName"], "Prefix": "m/none"}
    return int(role.client("s3").list_objects_v2(**place)["KeyCount"])


def what_is_due(role: boto3.Session, stack: LocalStack) -> int:
    found = role.client("dynamodb").query(
        TableName=stack.outputs["CoreTableName"],
        IndexName="due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": "DUE#none"}},
    )
    return int(found["Count"])


def test_a_role_reads_what_it_is_there_for(
    role: boto3.Session, stack: LocalStack, request: pytest.FixtureRequest
) -> None:
    """The roles work at all: a refusal above is no accident."""
    is_the_tick = request.node.callspec.params["role"] == "TickRole"
    assert (what_is_due if is_the_tick else manifests)(role, stack) == 0
