"""What a provider deploys: policies and requirements, held to the rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.build import ROOT

FUNCTIONS = {
    "api": "APIHandler",
    "ingest": "Ingest",
    "export": "Export",
    "media": "Media",
    "purge": "Purge",
    "derive": "Derive",
    "sweep": "Sweep",
    "tick": "Tick",
    "operate": "Operate",
}


def statements(name: str) -> list[dict[str, Any]]:
    return list(json.loads((ROOT / ".chalice" / f"policy-{name}.json").read_text())["Statement"])


def actions(statement: dict[str, Any]) -> list[str]:
    named = statement["Action"]
    return [named] if isinstance(named, str) else list(named)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_policy_grants_more_than_named_actions(name: str) -> None:
    granted = [action for each in statements(name) for action in actions(each)]
    assert [action for action in granted if "*" in action] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_policy_grants_everything_there_is(name: str) -> None:
    for statement in statements(name):
        if statement["Sid"] != "Logs":
            assert '"*"' not in json.dumps(statement["Resource"]), statement["Sid"]


def test_only_the_purge_may_delete_a_version() -> None:
    may = [
        name
        for name in FUNCTIONS
        if any("s3:DeleteObjectVersion" in actions(each) for each in statements(name))
    ]
    assert may == ["purge"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_may_touch_a_lock(name: str) -> None:
    granted = {action for each in statements(name) for action in actions(each)}
    assert not granted & {
        "s3:BypassGovernanceRetention",
        "s3:PutObjectRetention",
        "s3:PutObjectLegalHold",
    }


def test_no_function_scans_a_table() -> None:
    granted = {
        action for name in FUNCTIONS for each in statements(name) for action in actions(each)
    }
    assert "dynamodb:Scan" not in granted


def test_requirements_are_pinned() -> None:
    for name in ("requirements.txt", "requirements-documents.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        named = [line.partition("#")[0].strip() for line in lines]
        loose = [each for each in named if each and "==" not in each and not each.startswith("-r")]
        assert loose == [], name


def test_the_agent_pins_what_the_service_was_tested_with() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "agent" / "pyproject.toml").read_text())["project"]
    pinned = (ROOT / "requirements.txt").read_text() + (ROOT / "requirements-dev.txt").read_text()
    assert [each for each in project["dependencies"] if each not in pinned] == []
