"""The demo's facility folder: invented, the same every time, and awkward on purpose."""

from __future__ import annotations

import csv
import io
import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.archive.facts import Kind, PersonName
from chalicelib.archive.inspection import inspect
from infra.demo_data import FolderSummary, make_facility_folder
from infra.demo_stills import SIZE, TINTS, Still, drawn
from tests.support.dicom import shipped_files

EXAMINATIONS = 5
pytestmark = pytest.mark.xdist_group("demo data")  # drawn once


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FolderSummary]:
    folder = tmp_path_factory.mktemp("facility")
    return folder, make_facility_folder(folder, examinations=EXAMINATIONS)


@pytest.fixture(scope="module")
def folder(made: tuple[Path, FolderSummary]) -> Path:
    return made[0]


def sidecars(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in folder.glob("2*/*/*/*/exam.json")]


def index(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "index.csv").read_text(encoding="utf-8"))))


def digests(folder: Path) -> dict[bytes, str]:
    return {
        os.fsencode(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def a_still(seed: int = 1) -> bytes:
    return drawn(Still(kind="EGD", caption=("2025/04/01",), seed=seed))


def test_the_summary_counts_what_is_there(made: tuple[Path, FolderSummary]) -> None:
    folder, summary = made
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert summary.files == len(files)
    assert summary.bytes == sum(path.stat().st_size for path in files)
    assert summary.dicom_files == len(shipped_files())
    assert summary.examinations == EXAMINATIONS


def test_each_examination_is_described_once(folder: Path) -> None:
    described = [each["id"] for each in sidecars(folder)]
    described += [row["examination_id"] for row in index(folder)]
    assert sorted(described) == [f"EX{number:05}" for number in range(1, EXAMINATIONS + 1)]


def test_the_index_points_at_folders_of_stills(folder: Path) -> None:
    stills = [folder / row["path"] / "IMG0001.JPG" for row in index(folder)]
    assert stills
    assert all(still.exists() for still in stills)


def test_a_sidecar_is_an_examination_as_the_api_has_it(folder: Path) -> None:
    sidecar = sidecars(folder)[0]
    assert set(sidecar) == {"id", "patient", "examined_at", "kind", "description"}
    assert set(sidecar["patient"]) == {"id", "name", "birth_date", "sex"}


def test_half_the_patients_have_kanji_names_with_their_reading(folder: Path) -> None:
    patients = {each["patient"]["id"]: each["patient"]["name"] for each in sidecars(folder)}
    names = [PersonName.parse(name) for name in patients.values()]
    kanji = [name for name in names if name.ideographic and name.phonetic]
    assert abs(len(kanji) * 2 - len(names)) <= 1


def test_some_patients_come_again(made: tuple[Path, FolderSummary]) -> None:
    assert made[1].patients < made[1].examinations


@pytest.mark.parametrize("kind", TINTS)
def test_a_still_is_a_jpeg_of_the_promised_size(kind: str) -> None:
    content = drawn(Still(kind=kind, caption=("No. 1",), seed=3))
    facts = inspect(lambda offset, length: content[offset : offset + length], len(content))
    assert (facts.kind, facts.width, facts.height, facts.flags) == (Kind.JPEG, *SIZE, ())
    assert 60_000 <= len(content) <= 200_000


def test_a_still_is_black_at_its_margin_and_red_in_its_view() -> None:
    picture = Image.open(io.BytesIO(a_still()))
    red, green, blue = picture.resize((1, 1), box=(400, 100, 1160, 900)).getpixel((0, 0))  # type: ignore[misc]
    assert max(picture.getpixel((5, 1000))) < 16  # type: ignore[arg-type]
    assert red > green * 1.3
    assert red > blue * 1.3


def test_a_seed_draws_the_same_bytes_again() -> None:
    assert a_still() == a_still()


def test_another_seed_draws_another_picture() -> None:
    assert a_still(1) != a_still(2)


def test_the_same_seed_makes_the_same_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_facility_folder(tmp_path / name, examinations=1, seed=7)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_the_shipped_dicom_files_are_copied_byte_for_byte(folder: Path) -> None:
    copied = {path.name: path for path in (folder / "dicom").rglob("*")}
    source = next(path for path in shipped_files() if path.name == "chrH31.dcm")
    assert copied["chrH31.dcm"].read_bytes() == source.read_bytes()
    assert not copied["chrH31.dcm"].is_symlink()


@pytest.mark.parametrize(
    "name",
    [
        b"scan 1+2 100%.txt",
        b"NFC \xe3\x81\x8c_",
        b"NFD \xe3\x81\x8b\xe3\x82\x99_",
        "内視鏡.txt".encode("shift_jis"),
    ],
)
def test_awkward_names_are_there_byte_for_byte(folder: Path, name: bytes) -> None:
    names = [os.fsencode(path.name) for path in (folder / "awkward").iterdir()]
    assert any(each.startswith(name) for each in names)


def test_one_file_is_empty(folder: Path) -> None:
    assert (folder / "awkward" / "empty.dat").stat().st_size == 0


def test_one_still_is_there_twice(folder: Path) -> None:
    copy = sha256((folder / "awkward" / "copy of a still.jpg").read_bytes()).hexdigest()
    assert list(digests(folder).values()).count(copy) == 2
