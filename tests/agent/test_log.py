from __future__ import annotations

import pytest

from hokan_agent.errors import Unreachable
from hokan_agent.log import Log, reported, said
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


def test_quiet_tells_of_trouble_only(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log(quiet=True)
    log.tell("all is well")
    log.trouble("something is wrong")
    told = capsys.readouterr().err
    assert ("all is well" in told, "something is wrong" in told) == (False, True)
