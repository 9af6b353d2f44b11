"""
What a provider runs: package, upload, make a change set, show it, execute it.

The local stack deploys by the same functions.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from infra.build import BuildError, Package, build
from infra.template import REGION

PATIENCE_SECONDS = 1800


class DeployError(RuntimeError):
    """The stack is not as wanted; the message says why."""


def stack_name(stage: str) -> str:
    """Return the name of *stage*'s stack."""
    return f"hokan-{stage}"


def upload(session: boto3.Session, package: Package, stage: str) -> str:
    """Put zips and template into the stage's code bucket (made if need be); return it."""
    account = session.client("sts").get_caller_identity()["Account"]
    bucket = f"hokan-{stage}-{account}-code"
    s3 = session.client("s3")
    _make_code_bucket(s3, bucket, session.region_name)
    s3.upload_file(str(package.zip), bucket, package.code_key)
    s3.upload_file(str(package.layer.zip), bucket, package.layer.key)
    s3.upload_file(str(package.template), bucket, "hokan.json")
    return bucket


def _make_code_bucket(s3: Any, bucket: str, region: str) -> None:
    if any(each["Name"] == bucket for each in s3.list_buckets()["Buckets"]):
        return
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else where))
    closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True)
    )


class Deployment:
    """
    A change of a stage's stack, first proposed, then made.

    Args:
        parameters: Of resources.yaml, beyond Stage, CodeBucket and the keys in it.  On an update,
            those not named keep their value.
        poll_seconds: How often CloudFormation is asked.
    """

    def __init__(
        self,
        session: boto3.Session,
        package: Package,
        stage: str,
        parameters: dict[str, str],
        poll_seconds: float = 5,
    ) -> None:
        self._cloudformation = session.client("cloudformation")
        self._stack = stack_name(stage)
        self._wait = {"Delay": poll_seconds, "MaxAttempts": round(PATIENCE_SECONDS / poll_seconds)}
        self._is_update = self._existing() is not None
        bucket = upload(session, package, stage)
        keys = {"CodeKey": package.code_key, "DocumentsKey": package.layer.key}
        own = {"Stage": stage, "CodeBucket": bucket, **keys}
        self._parameters = self._kept() | {
            name: {"ParameterValue": value} for name, value in (parameters | own).items()
        }
        address = session.client("s3").meta.endpoint_url
        self._template_url = f"{address}/{bucket}/hokan.json"
        self._change_set = ""

    def propose(self) -> list[str]:
        """Make the change set; return its changes, one line each (none: nothing to do)."""
        made = self._cloudformation.create_change_set(
            StackName=self._stack,
            ChangeSetName=f"hokan-{secrets.token_hex(8)}",
            ChangeSetType="UPDATE" if self._is_update else "CREATE",
            TemplateURL=self._template_url,
            Parameters=[{"ParameterKey": key} | each for key, each in self._parameters.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        self._change_set = made["Id"]
        try:
            self._cloudformation.get_waiter("change_set_create_complete").wait(
                ChangeSetName=self._change_set, StackName=self._stack, WaiterConfig=self._wait
            )
        except WaiterError:
            return self._without_changes()
        return [
            "{Action:7} {ResourceType:35} {LogicalResourceId}".format(**each["ResourceChange"])
            for each in self._described()["Changes"]
        ]

    def execute(self) -> dict[str, str]:
        """Make the proposed change; return the stack's outputs."""
        waiter = "stack_update_complete" if self._is_update else "stack_create_complete"
        self._cloudformation.execute_change_set(
            ChangeSetName=self._change_set, StackName=self._stack
        )
        try:
            self._cloudformation.get_waiter(waiter).wait(
                StackName=self._stack, WaiterConfig=self._wait
            )
        except WaiterError:
            raise DeployError("\n".join(self._failures())) from None
        return self.outputs()

    def give_up(self) -> None:
        """Forget the proposed change."""
        self._cloudformation.delete_change_set(
            ChangeSetName=self._change_set, StackName=self._stack
        )

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs."""
        return _outputs(self._existing() or {})

    def _existing(self) -> dict[str, Any] | None:
        """Return the stack, unless there is none or only the shell of a change set."""
        try:
            (stack,) = self._cloudformation.describe_stacks(StackName=self._stack)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                return None
            raise
        return None if stack["StackStatus"] == "REVIEW_IN_PROGRESS" else dict(stack)

    def _kept(self) -> dict[str, dict[str, Any]]:
        stack = self._existing() or {}
        names = (each["ParameterKey"] for each in stack.get("Parameters", []))
        return {name: {"UsePreviousValue": True} for name in names}

    def _described(self) -> dict[str, Any]:
        answer = self._cloudformation.describe_change_set(
            ChangeSetName=self._change_set, StackName=self._stack
        )
        return dict(answer)

    def _without_changes(self) -> list[str]:
        reason = self._described().get("StatusReason", "")
        self.give_up()
        if "didn't contain changes" in reason or "No updates" in reason:
            return []
        raise DeployError(f"the change set failed: {reason}")

    def _failures(self) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName=self._stack)["StackEvents"]
        return [
            f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}"
            for each in events
            if each["ResourceStatus"].endswith("_FAILED")
        ]


def stack_outputs(session: boto3.Session, stage: str) -> dict[str, str]:
    """Return the outputs of a deployed stage; raises ClientError where there is none."""
    found = session.client("cloudformation").describe_stacks(StackName=stack_name(stage))
    return _outputs(found["Stacks"][0])


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def main() -> int:
    """Deploy a stage to the account of the credentials in the environment."""
    options = _options()
    session = boto3.Session(region_name=options.region)
    parameters = dict(each.split("=", 1) for each in options.parameter)
    try:
        deployment = Deployment(session, build(options.stage), options.stage, parameters)
        changes = deployment.propose()
        if not changes:
            print("nothing to change")
        elif options.yes or _agreed(changes):
            deployment.execute()
        else:
            deployment.give_up()
            print("nothing was changed")
    except (BuildError, DeployError, BotoCoreError, ClientError) as error:
        print(f"not deployed: {error}", file=sys.stderr)
        return 1
    for name, value in sorted(deployment.outputs().items()):
        print(f"{name:22} {value}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Deploy a stage of Hokan to AWS.")
    parser.add_argument("--stage", required=True, help="dev, prod, ...")
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--yes", action="store_true", help="do not ask before changing anything")
    return parser.parse_args()


def _agreed(changes: list[str]) -> bool:
    print("\n".join(changes))
    return input("make these changes? [y/N] ").strip().lower() == "y"


if __name__ == "__main__":
    sys.exit(main())
