"""Invented files for discs, and Debian's tools that open what comes of them."""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, VLEndoscopicImageStorage

from chalicelib.media import building, image, planning
from chalicelib.media.model import Entry, Examination, File, made
from chalicelib.media.planning import Medium
from chalicelib.media.tree import Issue

AT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
ROOT = "1.2.826.0.1.3680043.10.1"
TOOLS = {
    "xorriso": "xorriso",
    "isoinfo": "genisoimage",
    "dciodvfy": "dicom3tools",
    "dcdirdmp": "dicom3tools",
    "dcmdump": "dcmtk",
    "dcmmkdir": "dcmtk",
    "7zz": "7zip",
    "sha256sum": "coreutils",
}


def run(name: str, *arguments: str | Path, cwd: Path | None = None) -> str:
    """Return what a tool of Debian's says, on either channel; it must be there, and succeed."""
    found = shutil.which(name)
    assert found, f"{name} is missing: apt install {TOOLS[name]}"
    command = [found, *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, cwd=cwd, check=False)
    told = (ran.stdout + ran.stderr).decode(errors="replace")
    assert ran.returncode == 0, told
    return told


def endoscopy(study: int = 1, number: int = 1, **changes: str) -> bytes:
    """Return a DICOM file of an invented patient; *changes* go by keyword, empty ones leave out."""
    meta, found = FileMetaDataset(), Dataset()
    meta.MediaStorageSOPClassUID = VLEndoscopicImageStorage
    meta.MediaStorageSOPInstanceUID = UID(f"{ROOT}.{study}.1.{number}")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    values = {
        "SpecificCharacterSet": "\\ISO 2022 IR 87",
        "SOPClassUID": VLEndoscopicImageStorage,
        "SOPInstanceUID": f"{ROOT}.{study}.1.{number}",
        "StudyDate": "20260401",
        "StudyTime": "093000",
        "Modality": "ES",
        "PatientName": "Yamada^Hanako=山田^花子=やまだ^はなこ",
        "PatientID": "P-1",
        "StudyInstanceUID": f"{ROOT}.{study}",
        "SeriesInstanceUID": f"{ROOT}.{study}.1",
        "StudyID": "S-1",
        "SeriesNumber": "1",
        "InstanceNumber": str(number),
    } | changes
    for keyword, value in values.items():
        if value:
            setattr(found, keyword, value)
    found.Rows, found.Columns, found.SamplesPerPixel = 2, 2, 3
    found.BitsAllocated, found.BitsStored, found.HighBit, found.PixelRepresentation = 8, 8, 7, 0
    found.PhotometricInterpretation, found.PlanarConfiguration = "RGB", 0
    found.PixelData = bytes(12)
    found.file_meta = meta
    into = io.BytesIO()
    found.save_as(into, enforce_file_format=True)
    return into.getvalue()


def gigabyte(root: Path) -> int:
    """Fill a folder with five invented studies, a gigabyte all together; return how many files."""
    dice, each_bytes = random.Random(9), 4 << 20
    for number in range(250):
        path = root / f"検査 {number // 50}" / f"{number}.dcm"
        path.parent.mkdir(exist_ok=True, parents=True)
        body = endoscopy(study=number // 50 + 1, number=number + 1)
        path.write_bytes(body + dice.randbytes(each_bytes - len(body)))
    return 250


class Store:
    """Files as they are stored."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.opened: list[str] = []

    def file(self, path: str, body: bytes) -> File:
        self.bodies[path] = body
        return File(path, len(body), hashlib.sha256(body).hexdigest())

    def open(self, file: File) -> BinaryIO:
        self.opened.append(file.path)
        return io.BytesIO(self.bodies[file.path])


STILL = b"\xff\xd8 a still \xff\xd9"


def examinations(store: Store) -> list[Examination]:
    """Return two of them: one of DICOM, and one of stills with names as people give them."""
    films = [store.file(f"箱/{each}.dcm", endoscopy(number=each)) for each in (1, 2)]
    stills = [store.file(f"2026/胃カメラ 花子 {each}.jpg", STILL * each) for each in (1, 2)]
    return [
        Examination("exam-1", "2026-04-01 山田花子", tuple(films)),
        Examination("exam-2", "2026-04-02 鈴木一郎", tuple(stills)),
    ]


def issue(store: Store, phrase: str = "") -> Issue:
    plan = planning.plan(examinations(store), Medium.CD)
    return Issue("青空医院", plan, AT, phrase)


def contents(store: Store, phrase: str = "") -> list[Entry]:
    """Return what stands on the only disc."""
    whole = issue(store, phrase)
    return building.contents(whole, whole.plan.discs[0], store.open)


def written(entries: Iterable[Entry], start: int = 0) -> bytes:
    """Return the image of a disc."""
    into = io.BytesIO()
    image.write(entries, into, label="HOKAN_0001", at=AT, start=start)
    return into.getvalue()


def unfolded(entries: Iterable[Entry], folder: Path) -> Path:
    """Put files into a folder, as a disc shows them."""
    for each in entries:
        path = folder / each.place
        path.parent.mkdir(parents=True, exist_ok=True)
        with each.open() as stream:
            path.write_bytes(stream.read())
    return folder


def digests(folder: Path) -> dict[str, str]:
    """Return what is in a folder, by place."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def some(count: int = 3) -> list[Entry]:
    """Return files of different sizes, some of them in folders."""
    return [made(f"album/pictures/{each}.webp", b"x" * each * 1500) for each in range(count)]
