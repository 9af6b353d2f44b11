"""Whatever is left out is listed with what to do about it, in the report and in the manual."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import pytest

from chalicelib.uploads.model import REFUSALS
from hokan_agent import errors
from hokan_agent.commands.reporting import LISTED_EXCEPTIONS, listed
from hokan_agent.cures import BACKING_UP, OTHERWISE, RESTORING, cure
from hokan_agent.report import BackupReport, Exception_, as_json
from hokan_agent.sources import reading
from hokan_agent.upload.exceptions import MAX_BYTES, bounded
from infra.build import ROOT

AGENT = ROOT / "agent"
LISTING = {"Exception_", "_leave_out"}  # what lists a file takes the code second


def written_codes() -> Iterator[str]:
    """Yield every code that the agent's own text lists a file with."""
    for source in AGENT.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                code = node.args[1]
                if called in LISTING and isinstance(code, ast.Constant):
                    yield str(code.value)


def produced() -> set[str]:
    others = {errors.Unreachable.code, "storage-refused", *reading.CODES.values(), "unreadable"}
    return {*written_codes(), *others, *REFUSALS}


def test_every_code_has_a_cure_and_every_cure_a_code() -> None:
    assert {*BACKING_UP, *RESTORING} == produced()


@pytest.mark.parametrize("code", [*BACKING_UP, *RESTORING])
def test_every_code_is_in_the_manual_with_its_cure(code: str) -> None:
    manual = (AGENT / "README.md").read_text()
    assert f"| `{code}` | " in manual
    assert f" | {cure(code)} |" in manual


def test_a_code_of_a_newer_service_has_a_cure() -> None:
    assert cure("something-new") == OTHERWISE


def test_programs_are_told_the_cure_of_each() -> None:
    report = BackupReport(exceptions=[Exception_("a", "gone", "it was there a moment ago")])
    (told,) = json.loads(json.dumps(as_json(report)))["exceptions"]
    assert told == {
        "path": "a",
        "code": "gone",
        "reason": "it was there a moment ago",
        "cure": cure("gone"),
    }


def test_people_are_told_the_cure_of_each_kind_once() -> None:
    left_out = [Exception_(path, "unreadable", "Permission denied") for path in "ab"]
    assert listed([Exception_("c", "gone", "was there"), *left_out]) == [
        f"2 left out as unreadable: {cure('unreadable')}",
        "  a: Permission denied",
        "  b: Permission denied",
        f"1 left out as gone: {cure('gone')}",
        "  c: was there",
    ]


def test_many_of_a_kind_are_not_all_named() -> None:
    many = [Exception_(str(each), "gone", "x") for each in range(LISTED_EXCEPTIONS + 2)]
    assert listed(many)[-1] == "  ... and 2 more; --json lists all"


def test_a_name_gives_no_commands_to_a_terminal() -> None:
    (_, line) = listed([Exception_("\x1b[2J\n検査　1", "gone", "x")])
    assert line == "  \\x1b[2J\\n検査　1: x"


def test_the_service_is_told_no_more_than_it_keeps() -> None:
    many = [Exception_("p" * 1000, "gone", "x") for _ in range(5000)]
    kept = bounded(many)
    assert MAX_BYTES - 1004 < sum(len(each.path) + 4 for each in kept) <= MAX_BYTES
