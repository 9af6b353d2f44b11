"""
An invented facility's folder: drawn endoscopy stills, DICOM files and awkward file names.

Nobody in it exists.  The pictures are drawings; the DICOM files are those that pydicom and
pydicom-data ship for everybody's tests, copied from the installed packages and never committed.

    python -m infra.demo_data FOLDER
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from random import Random

from infra.demo_stills import Still, drawn

INDEX_COLUMNS = (
    "path",
    "examination_id",
    "patient_id",
    "patient_name",
    "birth_date",
    "sex",
    "examined_at",
    "kind",
    "description",
)
EXAMINATIONS = 24
INDEXED_EVERY = 5  # each fifth examination is in index.csv, the others have a sidecar
STILLS = (6, 20)  # of one examination
KINDS = {
    "EGD": ("Screening", "Epigastric pain", "Follow-up after treatment"),
    "colonoscopy": ("Screening", "Surveillance after polypectomy", "Occult blood"),
    "bronchoscopy": ("Chronic cough", "Follow-up"),
}
JAPANESE = [
    ("KUSANO=草野=くさの", "F", "HINAKO=雛子=ひなこ"),
    ("MIZUHARA=水原=みずはら", "M", "SOTARO=奏太郎=そうたろう"),
    ("HARUHI=春日=はるひ", "F", "AOI=葵=あおい"),
    ("TSUKISHIRO=月城=つきしろ", "M", "REN=蓮=れん"),
    ("HOSHIZAKI=星崎=ほしざき", "F", "MIO=澪=みお"),
    ("ASAGIRI=朝霧=あさぎり", "M", "TOMA=冬馬=とうま"),
]
ENGLISH = [
    ("WINTERBOURNE", "F", "EDITH"),
    ("ASHGROVE", "M", "THEODORE"),
    ("LARKSPUR", "F", "MARIGOLD"),
    ("FENWICK-HALE", "M", "AMBROSE"),
    ("THISTLEWOOD", "F", "OTTILIE"),
    ("MERRYWEATHER", "M", "BARNABY"),
]


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """
    Attributes:
        dicom_files: Files below ``dicom/``; some of them are not DICOM, as shipped.
    """

    files: int
    bytes: int
    patients: int
    examinations: int
    dicom_files: int


@dataclass(frozen=True, slots=True)
class _Patient:
    """As docs/api.md has a patient: a DICOM person name, ISO dates."""

    id: str
    name: str
    birth_date: str
    sex: str


@dataclass(frozen=True, slots=True)
class _Examination:
    id: str
    patient: _Patient
    examined_at: datetime
    kind: str
    description: str
    stills: int

    @property
    def folder(self) -> str:
        return f"{self.examined_at:%Y/%m/%d}/{self.id}"


def make_facility_folder(
    into: Path, *, examinations: int = EXAMINATIONS, seed: int = 1
) -> FolderSummary:
    """
    Fill *into* with a facility's files; the same *seed* draws the same bytes.

    Args:
        into: Made if it is not there; what is in it stays, unless a file has the same name.
        examinations: How many examinations with stills.
    """
    chance = Random(seed)  # noqa: S311 - drawings, not secrets
    planned = list(_plan(examinations, chance))
    for examination in planned:
        _draw(into, examination, chance)
    _describe(into, planned)
    for name in ("pydicom.data", "data_store.data"):
        _copy_package_data(name, into / "dicom" / PACKAGES[name])
    _add_awkward_files(into, planned)
    return _summary(into, planned)


def add_examination(into: Path, number: int, *, seed: int = 1) -> tuple[int, int]:
    """Add the examination that would come as the *number*-th; return its files and their bytes."""
    chance = Random(seed)  # noqa: S311 - drawings, not secrets
    *_, examination = _plan(number, chance)
    _draw(into, examination, chance)
    folder = into / examination.folder
    _write_sidecar(folder / "exam.json", examination)
    sizes = [each.stat().st_size for each in folder.iterdir()]
    return len(sizes), sum(sizes)


def _plan(count: int, chance: Random) -> Iterator[_Examination]:
    """Yield *count* examinations; patients take turns, so that some have several."""
    patients = [_patient(number, chance) for number in range(max(1, count * 2 // 3))]
    day = datetime(2025, 4, 1, 9, 0)  # noqa: DTZ001 - local time, as endoscopes write it
    for number in range(count):
        kind = chance.choice(list(KINDS))
        yield _Examination(
            id=f"EX{number + 1:05}",
            patient=patients[number % len(patients)],
            examined_at=day + timedelta(days=number * 5, minutes=chance.randrange(0, 420, 15)),
            kind=kind,
            description=chance.choice(KINDS[kind]),
            stills=chance.randint(*STILLS),
        )


def _patient(number: int, chance: Random) -> _Patient:
    """Return an invented patient: even numbers Japanese, odd ones English."""
    names = (JAPANESE, ENGLISH)[number % 2]
    family, _, _ = names[number // 2 % len(names)]
    _, sex, given = names[(number // 2 + number // 2 // len(names)) % len(names)]
    groups = zip(family.split("="), given.split("="), strict=True)
    birth = datetime(1935, 1, 1) + timedelta(days=chance.randrange(365 * 65))  # noqa: DTZ001 - a date
    return _Patient(
        id=f"{number + 1:06}",
        name="=".join("^".join(group) for group in groups),
        birth_date=f"{birth:%Y-%m-%d}",
        sex=sex,
    )


def _draw(into: Path, examination: _Examination, chance: Random) -> None:
    folder = into / examination.folder
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, examination.stills + 1):
        taken_at = examination.examined_at + timedelta(seconds=20 * number)
        caption = (
            f"{taken_at:%Y/%m/%d}",
            f"{taken_at:%H:%M:%S}",
            examination.kind,
            f"No. {number}",
        )
        still = Still(kind=examination.kind, caption=caption, seed=chance.randrange(2**32))
        (folder / f"IMG{number:04}.JPG").write_bytes(drawn(still))


def _describe(into: Path, examinations: list[_Examination]) -> None:
    """Write index.csv for some examinations and a sidecar for each of the others."""
    indexed = examinations[INDEXED_EVERY - 1 :: INDEXED_EVERY]
    into.mkdir(parents=True, exist_ok=True)
    with (into / "index.csv").open("w", encoding="utf-8", newline="") as index:
        writer = csv.writer(index)
        writer.writerow(INDEX_COLUMNS)
        writer.writerows(_row(examination) for examination in indexed)
    for examination in examinations:
        if examination not in indexed:
            _write_sidecar(into / examination.folder / "exam.json", examination)


def _row(examination: _Examination) -> list[str]:
    patient = examination.patient
    return [
        examination.folder,
        examination.id,
        *(patient.id, patient.name, patient.birth_date, patient.sex),
        examination.examined_at.isoformat(),
        examination.kind,
        examination.description,
    ]


def _write_sidecar(path: Path, examination: _Examination) -> None:
    sidecar = {
        "id": examination.id,
        "patient": asdict(examination.patient),
        "examined_at": examination.examined_at.isoformat(),
        "kind": examination.kind,
        "description": examination.description,
    }
    path.write_text(json.dumps(sidecar, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


PACKAGES = {"pydicom.data": "pydicom", "data_store.data": "pydicom-data"}


def _copy_package_data(module: str, into: Path) -> None:
    """Copy every data file of an installed package, DICOM or not, under its relative path."""
    package, _, folder = module.rpartition(".")
    root = Path(str(import_module(package).__file__)).parent / folder
    for source in sorted(root.rglob("*")):
        if source.is_file() and source.suffix != ".py" and "__pycache__" not in source.parts:
            target = into / source.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def _add_awkward_files(into: Path, examinations: list[_Examination]) -> None:
    """Add what real folders have and backup programs stumble over."""
    folder = into / "awkward"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "empty.dat").touch()
    (folder / "scan 1+2 100%.txt").write_text("spaces, plus and percent signs\n")
    for form in ("NFC", "NFD"):  # the same word to a reader, two names to a file system
        name = unicodedata.normalize(form, "が_ブドウ.txt")
        (folder / f"{form} {name}").write_text(f"the name is in {form}\n")
    shift_jis = os.fsencode(folder) + b"/" + "内視鏡.txt".encode("shift_jis")
    Path(os.fsdecode(shift_jis)).write_text("the name is in Shift_JIS, not in UTF-8\n")
    if examinations:
        still = into / examinations[0].folder / "IMG0001.JPG"
        shutil.copyfile(still, folder / "copy of a still.jpg")


def _summary(into: Path, examinations: list[_Examination]) -> FolderSummary:
    files = [path for path in into.rglob("*") if path.is_file()]
    return FolderSummary(
        files=len(files),
        bytes=sum(path.stat().st_size for path in files),
        patients=len({examination.patient.id for examination in examinations}),
        examinations=len(examinations),
        dicom_files=sum(into / "dicom" in path.parents for path in files),
    )


if __name__ == "__main__":
    print(make_facility_folder(Path(sys.argv[1])))
