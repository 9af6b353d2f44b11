"""`make local`: keep Hokan running on this machine until Ctrl-C; its data stays."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from infra.build import BuildError
from infra.deploy import DeployError
from infra.local.accounts import have_some, kept
from infra.local.engine import EngineError
from infra.local.people import Refused
from infra.local.stack import PORT, LocalStack

TROUBLE = (EngineError, BuildError, DeployError, Refused, BotoCoreError, ClientError)


def main() -> int:
    """Run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    stack = LocalStack(port=parser.parse_args().port)
    try:
        with up(stack):
            have_some(stack)
            print(description(stack))
            keep_up(stack)
    except TROUBLE as error:
        print(f"the local stack does not run: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def up(stack: LocalStack) -> Iterator[None]:
    """Have *stack* run, and let it save its state whatever ends the program."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    stack.start()
    try:
        yield
    finally:
        stack.stop()


def description(stack: LocalStack) -> str:
    """Return where everything is, for people."""
    rows = {
        "portal": stack.portal_url,
        "interface": stack.api_url,
        "AWS endpoint": f"{stack.engine.endpoint}  (S3, DynamoDB, SQS, Lambda, Cognito, ...)",
        "images": f"s3://{stack.outputs['ObjectsBucketName']}",
        "data and log": str(stack.home),
    }
    places = [f"  {name:14} {value}" for name, value in rows.items()]
    people = [f"  {each.who:14} {each.email}  {each.password}" for each in kept(stack)]
    return "\n".join([*places, "", "  who can sign in at the portal (all invented):", *people])


def keep_up(stack: LocalStack) -> None:
    """Wait for Ctrl-C or SIGTERM; raises EngineError when the engine dies first."""
    ended: list[int] = []
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda number, _frame: ended.append(number))
    print("running; Ctrl-C ends it, the data stays", flush=True)
    while not ended:
        if not stack.engine.is_alive():
            raise EngineError(f"the local AWS ended by itself; its log: {stack.engine.log}")
        time.sleep(0.2)
    print("stopping; its state is saved")


if __name__ == "__main__":
    sys.exit(main())
