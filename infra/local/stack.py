"""Hokan, deployed to a local engine: start, use, move its clock, stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3

from infra.build import ROOT, build
from infra.completion import complete_gateway, complete_storage
from infra.deploy import Deployment, stack_name, stack_outputs
from infra.local.account import Account, keep_account, make_operator, read_account
from infra.local.engine import Engine, EngineError, free_port
from infra.template import Resolver, load

STAGE = "local"
HOMES = ROOT / "build" / "local"
PORT = 4570
POLL_SECONDS = 0.1


class LocalStack:
    """
    The packaged stack on this machine.

    Args:
        port: Where it answers on 127.0.0.1; 0 takes a free one.
        home: Where its data lives, by port unless named; they outlive :meth:`stop`.  Queues carry
            their port in their address, so the data of one port are no good at another.
    """

    def __init__(self, port: int = PORT, home: Path | None = None) -> None:
        port = port or free_port()
        home = home or HOMES / str(port)
        self.home = home
        self._account_file = home / "account.json"
        self._account = read_account(self._account_file)
        self.engine = Engine(home, port, self._account.root)
        self.outputs: dict[str, str] = {}

    @classmethod
    def running(cls, port: int = PORT) -> LocalStack:
        """Return the stack another process keeps up; raises EngineError."""
        stack = cls(port)
        if not stack.engine.answers():
            raise EngineError(f"no local stack runs at port {port}: start one with `make local`")
        stack.outputs = stack_outputs(stack.session, STAGE)
        return stack

    def start(self) -> None:
        """Start the engine and deploy; raises EngineError, BuildError or DeployError."""
        package = build(STAGE)
        self.engine.start()
        try:
            self._deploy(package)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Let the engine save and end."""
        self.engine.stop()

    @property
    def api_url(self) -> str:
        """The interface's root (its host resolves to this machine: RFC 6761, 6.3)."""
        return f"http://{self.outputs['RestAPIId']}.execute-api.localhost:{self.engine.port}/api"

    @property
    def portal_url(self) -> str:
        """Where people sign in; browsers know that *.localhost is this machine."""
        return f"{self.api_url}/portal"

    @property
    def session(self) -> boto3.Session:
        """A session of the local operator."""
        return self.engine.session(self._account.operator)

    def move_clock(self, offset_seconds: int) -> None:
        """Let the service's clock run *offset_seconds* ahead of the real one."""
        self._change({"ClockOffsetSeconds": str(offset_seconds)})

    def _deploy(self, package: Any) -> None:
        if self._account.operator is None:
            operator = make_operator(self.engine.session())
            self._account = Account(self._account.root, operator)
            keep_account(self._account, self._account_file)
        if self._change({"StaffKeysRoot": self.engine.endpoint, "RequireMfa": "false"}):
            self._complete(load(package.template))

    def _change(self, parameters: dict[str, str]) -> bool:
        """Deploy with *parameters*; return whether that changed anything."""
        deployment = Deployment(self.session, build(STAGE), STAGE, parameters, POLL_SECONDS)
        changes = deployment.propose()
        self.outputs = deployment.execute() if changes else deployment.outputs()
        return bool(changes)

    def _complete(self, template: dict[str, Any]) -> None:
        cloudformation = self.session.client("cloudformation")
        resources = cloudformation.describe_stack_resources(StackName=stack_name(STAGE))
        resolver = Resolver(
            template,
            account=self.session.client("sts").get_caller_identity()["Account"],
            physical_ids={
                each["LogicalResourceId"]: each["PhysicalResourceId"]
                for each in resources["StackResources"]
            },
            Stage=STAGE,
        )
        complete_storage(self.session, resolver)
        complete_gateway(self.session, template, self.outputs["RestAPIId"])
