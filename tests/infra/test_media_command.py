"""The command that makes discs of a folder."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from pycdlib import PyCdlib

from chalicelib.media import building, planning
from infra import media
from tests.media.scene import STILL, endoscopy

Printed = pytest.CaptureFixture[str]
AT = ("--at", "2026-04-01T09:00:00Z")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, body in {
        "a/1.dcm": endoscopy(1, 1),
        "b/2.dcm": endoscopy(1, 2),
        "stills/胃.jpg": STILL,
    }.items():
        path = tmp_path / "in" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return tmp_path / "in"


def index(path: Path) -> str:
    iso, into = PyCdlib(), io.BytesIO()
    iso.open(str(path))
    iso.get_file_from_iso_fp(into, joliet_path="/INDEX.TXT")
    iso.close()
    return into.getvalue().decode("utf-8-sig")


def test_it_says_what_it_made(folder: Path, tmp_path: Path, capsys: Printed) -> None:
    assert media.main([str(folder), "--medium", "cd", "--out", str(tmp_path / "out"), *AT]) == 0
    made = tmp_path / "out" / "disc-0001.iso"
    said = capsys.readouterr().out
    assert said.startswith(f"{hashlib.sha256(made.read_bytes()).hexdigest()}  {made}  ")
    assert said.rstrip().endswith("3 files")


def test_dicom_is_grouped_by_study_and_all_else_by_folder(folder: Path, tmp_path: Path) -> None:
    media.main([str(folder), "--out", str(tmp_path / "out"), *AT])
    told = index(tmp_path / "out" / "disc-0001.iso")
    assert "2026-04-01T09:30:00  P-1  Yamada^Hanako  ES  2 files" in told
    assert "stills  1 files" in told


def test_an_album_goes_along(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "index.html").write_bytes(b"<p>")
    media.main([str(folder), "--out", str(tmp_path / "out"), "--album", str(tmp_path / "album")])
    assert b"\0i\0n\0d\0e\0x\0.\0h\0t\0m\0l" in (tmp_path / "out" / "disc-0001.iso").read_bytes()


def test_there_is_room_for_an_album_on_the_first_disc(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = planning.RESERVE + 50 * planning.SECTOR
    monkeypatch.setattr(planning, "CAPACITY", dict.fromkeys(planning.Medium, room))
    monkeypatch.setattr(building, "CAPACITY", planning.CAPACITY)
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "index.html").write_bytes(bytes(2**15))
    out = tmp_path / "out"
    media.main([str(folder), "--out", str(out), "--album", str(tmp_path / "album")])
    assert sorted(each.name for each in out.iterdir()) == ["disc-0001.iso", "disc-0002.iso"]


def test_a_passphrase_is_printed_for_encrypted_discs(
    folder: Path, tmp_path: Path, capsys: Printed
) -> None:
    media.main([str(folder), "--out", str(tmp_path / "out"), "--encrypt"])
    assert "passphrase: " in capsys.readouterr().out
    assert STILL not in (tmp_path / "out" / "disc-0001.iso").read_bytes()


def test_a_file_that_fits_on_no_disc_is_named_and_nothing_made(
    folder: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = dict.fromkeys(planning.Medium, planning.RESERVE + 2**16)
    monkeypatch.setattr(planning, "CAPACITY", small)
    (folder / "film.mpg").write_bytes(b"x" * 2**16)
    assert media.main([str(folder), "--out", str(tmp_path / "out")]) == 2
    assert "film.mpg has 65,536 bytes" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    assert media.main([str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2


def test_an_empty_folder_makes_no_discs(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert media.main([str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 2
