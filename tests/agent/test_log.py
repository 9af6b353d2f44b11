from __future__ import annotations

import json
import os
from datetime import datetime

import pytest

from hokan_agent.errors import Unreachable
from hokan_agent.log import Log, facts_of, reported, said
from hokan_agent.report import BackupReport, Exception_
from tests.support.canary import CANARY


def test_a_report_tells_what_was_left_out_by_reason_only() -> None:
    path = f"{CANARY['id']}/IMG0001.JPG"
    told = reported(BackupReport(exceptions=[Exception_(path, "unreadable", path)]))
    assert ("1 unreadable" in told, path in told) == (True, False)


def test_trouble_with_a_file_is_told_without_its_name() -> None:
    assert said(PermissionError(13, "Permission denied", CANARY["id"])) == "Permission denied"


def test_trouble_nobody_thought_of_is_told_by_its_kind() -> None:
    assert said(KeyError(CANARY["id"])) == "unexpected trouble (KeyError)"


def test_what_the_agent_itself_says_is_told() -> None:
    assert said(Unreachable("no answer")) == "no answer"


def test_each_line_of_json_is_an_object_with_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    Log(form="json").tell("job j-1: begun", "job-begun", job_id="j-1")
    told = json.loads(capsys.readouterr().err)
    assert datetime.fromisoformat(told.pop("time")).tzinfo is not None
    facts = {"level": "info", "event": "job-begun", "job_id": "j-1", "text": "job j-1: begun"}
    assert told == facts


def test_trouble_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    Log(form="json", quiet=True).trouble("something is wrong")
    assert json.loads(capsys.readouterr().err)["level"] == "warning"


def test_the_facts_of_a_run_tell_what_was_left_out_by_reason_only() -> None:
    path = f"{CANARY['id']}/IMG0001.JPG"
    facts = facts_of(BackupReport(files_sent=2, exceptions=[Exception_(path, "unreadable", path)]))
    assert (facts["files_sent"], facts["left_out"]) == (2, {"unreadable": 1})
    assert path not in json.dumps(facts)


def test_the_journal_gets_a_priority_and_no_second_clock(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status = os.fstat(2)
    monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
    Log().trouble("something is wrong")
    assert capfd.readouterr().err == "<4>something is wrong\n"


def test_a_journal_that_standard_error_does_not_lead_to_gets_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "1:1")
    Log().trouble("something is wrong")
    assert not capsys.readouterr().err.startswith("<")


def test_quiet_tells_of_trouble_only(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log(quiet=True)
    log.tell("all is well")
    log.trouble("something is wrong")
    told = capsys.readouterr().err
    assert ("all is well" in told, "something is wrong" in told) == (False, True)
