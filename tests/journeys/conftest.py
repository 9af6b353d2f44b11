"""Facilities on the packaged stack."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib import buckets, macs, tables
from chalicelib.settings import settings
from infra.build import ROOT
from infra.local.people import Person
from infra.local.stack import LocalStack

MEGABYTE = 10**6
PATIENCE_SECONDS = 300  # for a command on a busy machine
WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]  # root reads anything


@dataclass
class Ran:
    """A command of the agent that has ended."""

    code: int
    report: dict[str, Any]
    said: str


@dataclass
class Agent:
    """
    The agent's program, as a process of its own for each command.

    Attributes:
        is_root: Whether it may read what it has no right to, if whoever runs the tests may.
    """

    stack: LocalStack
    home: Path
    agent_id: str = ""
    is_root: bool = True

    def command(self, *arguments: str) -> list[str]:
        as_who = [] if self.is_root or os.geteuid() else WITHOUT_RIGHTS
        program = [sys.executable, "-m", "hokan_agent", "--state", str(self.home)]
        return [*as_who, *program, *arguments]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            env=os.environ | {"PYTHONPATH": str(ROOT / "agent")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> Ran:
        with self.start(*arguments) as process:
            out, said = process.communicate(timeout=PATIENCE_SECONDS)
        assert out or "--json" not in arguments, said
        report = json.loads(out) if "--json" in arguments else {"text": out}
        return Ran(process.returncode, report, said)

    def backup(self, folder: Path, *more: str) -> Ran:
        return self.run("backup", str(folder), "--json", *more)

    def restore(self, into: Path) -> Ran:
        return self.run("restore", "--into", str(into), "--json")


@dataclass
class Facility:
    """A facility with its people, a target, a contract and an agent."""

    stack: LocalStack
    operator: Person
    admin: Person
    facility_id: str
    target_id: str
    contract_id: str
    agents: Path
    made: list[Agent] = field(default_factory=list)

    @property
    def target(self) -> str:
        return f"/targets/{self.target_id}"

    @property
    def agent(self) -> Agent:
        return self.made[0]

    def enrolled(self, service: str = "") -> Agent:
        """Enrol another agent, as its administrator does; at *service*, or where the stack is."""
        code = self.admin.post("/agent-codes")["code"]
        agent = Agent(self.stack, self.agents / f"agent-{len(self.made)}")
        ran = agent.run("enrol", code, "--service", service or self.stack.api_url)
        assert ran.code == 0, ran.said
        agent.agent_id = self.admin.get("/agents")["items"][-1]["agent_id"]
        self.made.append(agent)
        return agent

    def grant(self, **scope: Any) -> None:
        body = {"target_id": self.target_id, "scope": "target", "agent_id": self.agent.agent_id}
        self.admin.post("/restores", body | scope)

    def stored_versions(self) -> list[str]:
        """Return the key of every version of every object of the target."""
        pages = self.stack.session.client("s3").get_paginator("list_object_versions")
        place = {
            "Bucket": self.stack.outputs["ObjectsBucketName"],
            "Prefix": f"t/{self.target_id}/",
        }
        found = pages.paginate(**place)
        return [each["Key"] for page in found for each in page.get("Versions", [])]


Founding = Callable[..., Facility]


@pytest.fixture
def found(stack: LocalStack, tmp_path: Path) -> Founding:
    """What founds a facility with a contract of so many bytes (None: without a contract)."""

    def founding(capacity_bytes: int | None = 10 * MEGABYTE, **terms: Any) -> Facility:
        return founded(stack, tmp_path / "agents", capacity_bytes, **terms)

    return founding


def founded(stack: LocalStack, agents: Path, capacity_bytes: int | None, **terms: Any) -> Facility:
    """Found a facility whose agents live in *agents*; with a contract unless without capacity."""
    mark = secrets.token_hex(4)
    operator = Person(stack, f"operator-{mark}@hokan.example", "operators")
    facility_id = operator.post("/facilities", {"name": "Kawabe Clinic"})["facility_id"]
    admin = Person(stack, f"admin-{mark}@kawabe.example", "facility-admins", facility_id)
    target = admin.post("/targets", {"name": "Endoscopy", "kind": "mass_storage"})
    facility = Facility(stack, operator, admin, facility_id, target["target_id"], "", agents)
    if capacity_bytes is not None:
        sign(facility, capacity_bytes, **terms)
    facility.enrolled()
    return facility


def sign(facility: Facility, capacity_bytes: int, **terms: Any) -> None:
    """Sign a contract and have it accepted."""
    form = {
        "target_id": facility.target_id,
        "term": "annual",
        "starts_on": facility.admin.get("/health")["service_time"][:10],
        "timing": {"kind": "nightly", "at": "02:00"},
        "capacity_bytes": capacity_bytes,
    }
    contract_id = facility.admin.post("/contracts", form | terms)["contract_id"]
    here = f"/facilities/{facility.facility_id}/contracts/{contract_id}"
    facility.operator.post(f"{here}/accept")
    facility.contract_id = contract_id


def with_display_tool(facility: Facility) -> None:
    """Sign a contract for a display tool."""
    target = facility.admin.post("/targets", {"name": "Album", "kind": "display"})
    form = {
        "target_id": target["target_id"],
        "term": "monthly",
        "starts_on": facility.admin.get("/health")["service_time"][:10],
        "case_units": 0,
    }
    facility.admin.post("/contracts", form)


@pytest.fixture
def facility(found: Founding) -> Facility:
    """A facility with a contract of 10 MB and one agent."""
    return found()


@pytest.fixture
def here(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process work on the stack as its functions do, but with the operator's key."""
    function = stack.session.client("lambda").get_function_configuration(
        FunctionName=stack.outputs["OperateFunction"]
    )
    key = stack.session.get_credentials()
    environment = function["Environment"]["Variables"] | {
        "AWS_ENDPOINT_URL": stack.engine.endpoint,
        "AWS_ACCESS_KEY_ID": key.access_key,
        "AWS_SECRET_ACCESS_KEY": key.secret_key,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    forget()
    yield
    forget()


def forget() -> None:
    """Let the service read its settings and connect afresh."""
    settings.cache_clear()
    buckets.forget_connections()
    tables.forget_connections()
    macs.forget_connections()
