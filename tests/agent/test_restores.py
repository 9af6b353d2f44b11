"""`hokan-agent restore` on a machine that knows nothing but its key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from hokan_agent.__main__ import main
from tests.support.loopback import Loopback, loopback
from tests.support.serving import enrolled

GRANTED = {"E-1/a": b"one", "E-1/b": b"two", "E-2/c": b"three"}
COMPLETE, FAILED, WITH_EXCEPTIONS = 0, 1, 3


@pytest.fixture
def service() -> Iterator[Loopback]:
    with loopback() as serving:
        serving.granted = dict(GRANTED)
        yield serving


@pytest.fixture
def back(tmp_path: Path) -> Path:
    return tmp_path / "back"


class Command:
    """The command, run here; knows what it answered last."""

    def __init__(self, home: Path, back: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._arguments = ["--state", str(home), "restore", "--into", str(back)]
        self._capsys = capsys
        self.report: dict[str, Any] = {}

    def __call__(self, *options: str) -> int:
        code = main([*self._arguments, "--json", "--quiet", *options])
        self.report = json.loads(self._capsys.readouterr().out)
        return code

    def said(self, *options: str) -> str:
        main([*self._arguments, "--quiet", *options])
        return self._capsys.readouterr().out

    def told(self) -> str:
        """Return what it says beside its last line."""
        main([*self._arguments, "--quiet"])
        return self._capsys.readouterr().err

    def counts(self) -> tuple[int, int, int, int]:
        report = self.report
        left_out = len(report["exceptions"])
        return report["files_restored"], report["files_there"], report["files_replaced"], left_out


@pytest.fixture
def restore(
    service: Loopback, tmp_path: Path, back: Path, capsys: pytest.CaptureFixture[str]
) -> Command:
    return Command(enrolled(tmp_path / "home", f"{service.url}/api").directory, back, capsys)


def put(place: Path, body: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def test_a_restore_needs_no_state(restore: Command, back: Path, service: Loopback) -> None:
    assert restore() == COMPLETE
    assert (contents(back), restore.counts()) == (GRANTED, (3, 0, 0, 0))
    assert service.finished == [{"restored": 3, "failed": 0}]


def test_a_second_run_fetches_nothing(restore: Command, service: Loopback) -> None:
    restore()
    gets = len(service.gets)
    assert restore() == COMPLETE
    assert (restore.counts(), len(service.gets)) == ((3, 3, 0, 0), gets)


def test_a_dry_run_writes_nothing_and_ends_no_grant(
    restore: Command, back: Path, service: Loopback
) -> None:
    assert restore("--dry-run") == COMPLETE
    assert restore.counts() == (3, 0, 0, 0)
    assert (back.exists(), service.gets, service.finished) == (False, [], [])


def test_a_dry_run_says_what_is_there_and_what_is_in_the_way(restore: Command, back: Path) -> None:
    put(back / "E-1" / "a", b"one")
    put(back / "E-1" / "b", b"mine")
    assert restore("--dry-run") == WITH_EXCEPTIONS
    assert restore.counts() == (2, 1, 0, 1)
    assert [each["path"] for each in restore.report["exceptions"]] == ["E-1/b"]
    assert contents(back) == {"E-1/a": b"one", "E-1/b": b"mine"}


def test_a_dry_run_says_what_would_be_replaced(restore: Command, back: Path) -> None:
    put(back / "E-1" / "b", b"mine")
    assert restore("--dry-run", "--overwrite") == COMPLETE
    assert (restore.counts(), contents(back)) == ((3, 0, 1, 0), {"E-1/b": b"mine"})


def test_a_dry_run_says_so_in_a_sentence(restore: Command, back: Path) -> None:
    put(back / "E-1" / "a", b"one")
    put(back / "E-1" / "b", b"mine")
    assert restore.said("--dry-run", "--overwrite") == (
        "nothing was written; 2 files (0.0 MB) would come, 1 in another's place, "
        "1 are there already, none left out\n"
    )


def test_what_is_in_the_way_is_left_alone(restore: Command, back: Path, service: Loopback) -> None:
    put(back / "E-1" / "b", b"mine")
    assert restore() == WITH_EXCEPTIONS
    assert (contents(back), service.finished) == (GRANTED | {"E-1/b": b"mine"}, [])


def test_what_is_in_the_way_is_replaced_where_that_is_wanted(restore: Command, back: Path) -> None:
    put(back / "E-1" / "b", b"mine")
    assert restore("--overwrite") == COMPLETE
    assert (contents(back), restore.counts()) == (GRANTED, (3, 0, 1, 0))


def test_a_folder_in_a_files_place_does_not_give_way(restore: Command, back: Path) -> None:
    put(back / "E-1" / "b" / "mine", b"mine")
    assert restore("--overwrite") == WITH_EXCEPTIONS
    assert contents(back)["E-1/b/mine"] == b"mine"


def test_a_folder_that_cannot_be_made_is_said_at_once(
    restore: Command, back: Path, service: Loopback
) -> None:
    back.touch()
    assert restore() == FAILED
    assert ("cannot be made" in restore.report["error"]["detail"], service.gets) == (True, [])


ERASED = {
    "path": "E-1/gone",
    "sha256": "0" * 64,
    "size": 4,
    "reason": "erased",
    "at": "2026-04-01T00:00:00Z",
    "by": "person-1",
}


def test_what_was_erased_from_an_area_is_reported(restore: Command, service: Loopback) -> None:
    service.named = [ERASED]
    assert restore() == COMPLETE
    wanted = {name: ERASED[name] for name in ("path", "reason", "at", "by")}
    assert restore.report["not_there"] == [wanted]


def test_what_was_erased_from_an_area_is_said(restore: Command, service: Loopback) -> None:
    service.named = [ERASED]
    assert restore.told().splitlines() == [
        "1 not in the area any more (erased by people of the facility):",
        "  E-1/gone: 2026-04-01T00:00:00Z, person-1",
    ]


def test_what_is_erased_after_it_was_listed_is_reported_and_the_rest_comes(
    restore: Command, back: Path, service: Loopback
) -> None:
    service.erased = {hashlib.sha256(b"two").hexdigest()}
    assert restore() == COMPLETE
    assert [each["path"] for each in restore.report["not_there"]] == ["E-1/b"]
    assert contents(back) == {"E-1/a": b"one", "E-2/c": b"three"}


def test_the_next_files_are_asked_for_while_these_come(
    service: Loopback, restore: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Storage gives the first once another is asked for."""
    monkeypatch.setattr("hokan_agent.download.restore.URLS_A_REQUEST", 1)
    give, tell = service.object, service.address
    asked, given = [], []
    is_ahead = Event()

    def address(sha256: str) -> dict[str, Any]:
        asked.append(sha256)
        if len(asked) > 1:
            is_ahead.set()
        return tell(sha256)

    def given_later(sha256: str) -> bytes | None:
        given.append(is_ahead.wait(30))
        return give(sha256)

    monkeypatch.setattr(service, "address", address)
    monkeypatch.setattr(service, "object", given_later)
    assert (restore(), all(given)) == (COMPLETE, True)
