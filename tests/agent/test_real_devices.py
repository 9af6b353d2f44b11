"""Real files, and Debian's dcmtk as the device that sends them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydicom import dcmread

from tests.support.devices import (
    EXPLICIT,
    PEER,
    SECONDS,
    SUCCESS,
    TITLE,
    Station,
    associated,
    dataset_of,
    kept_by_name,
    store,
)
from tests.support.dicom import shipped_files

DIRECTORY = "1.2.840.10008.1.3.10"  # a DICOMDIR is no image, and no device sends one


@dataclass(frozen=True, slots=True)
class Real:
    path: Path
    kind: str
    instance: str
    syntax: str
    dataset: bytes


def real_files() -> list[Real]:
    """Return every shipped file that is a whole instance, one for each name."""
    found: dict[str, Real] = {}
    for path in shipped_files():
        file = path.read_bytes()
        if file[128:132] != b"DICM":
            continue
        try:
            header = dcmread(path, stop_before_pixels=True, specific_tags=["SOPInstanceUID"])
            meta = header.file_meta
            each = Real(
                path,
                meta.MediaStorageSOPClassUID,
                header.SOPInstanceUID,
                meta.TransferSyntaxUID,
                dataset_of(file),
            )
        except Exception:  # noqa: BLE001 - broken on purpose
            continue
        if each.kind != DIRECTORY:
            found.setdefault(each.instance, each)
    return list(found.values())


def test_real_files_are_kept_byte_for_byte(station: Station) -> None:
    files = real_files()
    answers = []
    for start in range(0, len(files), 100):
        some = files[start : start + 100]
        association = associated(station, *{(each.kind, each.syntax) for each in some})
        answers += [
            store(association, each.dataset, each.instance, kind=each.kind, syntax=each.syntax)
            for each in some
        ]
        association.release()
    assert (set(answers), len({each.syntax for each in files}) > 5) == ({SUCCESS}, True)
    assert kept_by_name(station) == {each.instance: each.dataset for each in files}


PROPOSED = {  # transfer syntaxes, by storescu's option
    "-xi": "1.2.840.10008.1.2",
    "-xe": EXPLICIT,
    "-xb": "1.2.840.10008.1.2.2",
    "-xd": "1.2.840.10008.1.2.1.99",
    "-xy": "1.2.840.10008.1.2.4.50",
    "-xx": "1.2.840.10008.1.2.4.51",
    "-xs": "1.2.840.10008.1.2.4.70",
    "-xt": "1.2.840.10008.1.2.4.80",
    "-xu": "1.2.840.10008.1.2.4.81",
    "-xv": "1.2.840.10008.1.2.4.90",
    "-xw": "1.2.840.10008.1.2.4.91",
    "-xr": "1.2.840.10008.1.2.5",
}
UNREADABLE = {"explicit_VR-UN.dcm", "SC_rgb_jpeg.dcm"}  # storescu says so and sends neither
needs_dcmtk = pytest.mark.skipif(shutil.which("storescu") is None, reason="needs Debian's dcmtk")


def dcmtk(station: Station, command: str, *more: str) -> int:
    titles = ["-aet", PEER, "-aec", TITLE, "127.0.0.1", str(station.port)]
    options = [each for each in more if each.startswith("-")]
    files = [each for each in more if not each.startswith("-")]
    ran = subprocess.run([command, *options, *titles, *files], check=False, timeout=SECONDS)
    return ran.returncode


@needs_dcmtk
def test_echoscu_gets_an_answer(station: Station) -> None:
    assert dcmtk(station, "echoscu") == 0


@needs_dcmtk
@pytest.mark.parametrize("option", PROPOSED)
def test_storescu_sends_real_files(station: Station, option: str) -> None:
    files = [each for each in real_files() if each.syntax == PROPOSED[option]]
    if not files:
        pytest.skip("pydicom ships no file of this syntax")
    dcmtk(station, "storescu", "-R", "-nh", option, *[str(each.path) for each in files])
    kept = kept_by_name(station)
    assert {each.path.name for each in files if each.instance not in kept} <= UNREADABLE
