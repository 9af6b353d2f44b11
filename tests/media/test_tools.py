"""Discs opened by programs that others wrote, as Debian has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.media import verify
from tests.media.scene import Store, contents, digests, run, unfolded, written

pytestmark = pytest.mark.journey

PHRASE = "ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2-34567"
STILL = "胃カメラ 花子 1.jpg"


@pytest.fixture
def iso(tmp_path: Path) -> Path:
    path = tmp_path / "disc.iso"
    path.write_bytes(written(contents(Store())))
    return path


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, str]:
    return digests(unfolded(contents(Store()), tmp_path / "expected"))


def test_xorriso_extracts_every_file_byte_for_byte(
    iso: Path, tmp_path: Path, expected: dict[str, str]
) -> None:
    run("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", tmp_path / "disc")
    assert digests(tmp_path / "disc") == expected


def test_xorriso_lists_japanese_names(iso: Path) -> None:
    assert STILL in run("xorriso", "-indev", iso, "-lsl", "/IMAGES/E0000002")


def test_isoinfo_finds_the_same_files_under_joliet(iso: Path, expected: dict[str, str]) -> None:
    listed = run("isoinfo", "-J", "-f", "-i", iso).splitlines()
    plain = {f"/{each}" for each in expected if each.isascii()}  # it knows no Japanese letters
    assert plain < set(listed)
    assert len([each for each in listed if each.endswith(".jpg")]) == 2


def test_isoinfo_lists_file_ids_without_joliet(iso: Path) -> None:
    assert "I0000001." in run("isoinfo", "-l", "-i", iso)


def test_7_zip_reads_the_same_files_by_udf(
    iso: Path, tmp_path: Path, expected: dict[str, str]
) -> None:
    run("7zz", "x", "-tudf", f"-o{tmp_path / 'disc'}", iso)
    assert digests(tmp_path / "disc") == expected


def test_dciodvfy_finds_nothing_wrong_with_the_dicomdir(tmp_path: Path) -> None:
    disc = unfolded(contents(Store()), tmp_path / "disc")
    told = run("dciodvfy", disc / "DICOMDIR")
    assert [line for line in told.splitlines() if line.startswith(("Error", "Warning"))] == []


def test_dcmtk_finds_the_files_that_the_dicomdir_names(tmp_path: Path) -> None:
    disc = unfolded(contents(Store()), tmp_path / "disc")
    told = run("dcmdump", "+P", "ReferencedFileID", disc / "DICOMDIR")
    names = [line.split("[")[1].split("]")[0] for line in told.splitlines() if "[" in line]
    assert names == [r"DICOM\E0000001\I0000001", r"DICOM\E0000001\I0000002"]
    assert all((disc / name.replace("\\", "/")).is_file() for name in names)


def test_dcmtk_changes_the_dicomdir_as_if_it_were_its_own(tmp_path: Path) -> None:
    disc = unfolded(contents(Store()), tmp_path / "disc")
    told = run("dcmmkdir", "-Pfl", "+U", "+D", "DICOMDIR", "DICOM/E0000001/I0000001", cwd=disc)
    assert not [line for line in told.splitlines() if line.startswith(("E:", "W:"))]
    listed = run("dcmdump", "+P", "ReferencedFileID", disc / "DICOMDIR").splitlines()
    assert len([line for line in listed if "I000000" in line]) == 2


def test_7_zip_opens_an_encrypted_disc_with_its_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "disc.iso"
    path.write_bytes(written(contents(Store(), PHRASE)))
    outer, inner = tmp_path / "outer", tmp_path / "inner"
    run("7zz", "x", f"-o{outer}", path)
    run("7zz", "x", f"-p{PHRASE}", f"-o{inner}", outer / "DISC.ZIP")
    assert verify.verify(inner, verify.WORDS["en"]) == verify.OK


def test_7_zip_opens_nothing_with_another_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "disc.iso"
    path.write_bytes(written(contents(Store(), PHRASE)))
    run("7zz", "x", f"-o{tmp_path / 'outer'}", path)
    with pytest.raises(AssertionError, match="Wrong password"):
        run("7zz", "t", "-pwrong", tmp_path / "outer" / "DISC.ZIP")


def test_sha256sum_reads_the_list(tmp_path: Path) -> None:
    disc = unfolded(contents(Store()), tmp_path / "disc")
    assert run("sha256sum", "-c", "SHA256SUMS", cwd=disc).count(": OK") == 9
