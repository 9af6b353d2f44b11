"""
Operator commands on a deployed stage, e.g.::

    python -m infra.operate --stage prod rebuild-catalogue target_id=target-...

They run in the operate function (chalicelib/operations.py), piece by piece until done, so that
its role and not the caller's touches the data.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import stack_outputs
from infra.local.engine import EngineError
from infra.local.stack import PORT, LocalStack
from infra.local.stack import STAGE as LOCAL
from infra.template import REGION

LAMBDA_SECONDS = 900


class OperateError(RuntimeError):
    """The command failed; the message says why."""


def run(invoke: Callable[[dict[str, Any]], Any], command: str, arguments: dict[str, str]) -> Any:
    """Run *command* to its end; return its last answer.  Raises OperateError."""
    cursor: Any = None
    while True:
        answer = invoke({"command": command, "cursor": cursor} | arguments)
        if "error" in answer:
            raise OperateError(answer["error"])
        print(json.dumps(answer, ensure_ascii=False))
        cursor = answer["cursor"]
        if cursor is None:
            return answer


def invoker(session: boto3.Session, function: str) -> Callable[[dict[str, Any]], Any]:
    """Return what invokes *function* and hands back what it returns."""
    client = session.client(
        "lambda", config=Config(read_timeout=LAMBDA_SECONDS, retries={"max_attempts": 0})
    )

    def invoke(payload: dict[str, Any]) -> Any:
        answer = client.invoke(FunctionName=function, Payload=json.dumps(payload))
        returned = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise OperateError(f"the function failed: {returned.get('errorMessage')}; see its log")
        return returned

    return invoke


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(description="Run an operator command on a stage.")
    parser.add_argument("--stage", required=True, help="a deployed stage, or `local`")
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--port", type=int, default=PORT, help="of the local stack")
    parser.add_argument("command", help="rebuild-catalogue, check-usage, ...")
    parser.add_argument("arguments", nargs="*", metavar="name=value")
    options = parser.parse_args()
    try:
        session = _session(options)
        function = stack_outputs(session, options.stage)["OperateFunction"]
        arguments = dict(each.split("=", 1) for each in options.arguments)
        run(invoker(session, function), options.command, arguments)
    except (OperateError, EngineError, BotoCoreError, ClientError) as error:
        print(f"{options.command} failed: {error}", file=sys.stderr)
        return 1
    return 0


def _session(options: argparse.Namespace) -> boto3.Session:
    if options.stage == LOCAL:
        return LocalStack.running(options.port).session
    return boto3.Session(region_name=options.region)


if __name__ == "__main__":
    sys.exit(main())
