"""
A facility orders a patient's examination on a disc, in the pages, and anybody's tools read it.

On the packaged stack: the function that builds discs has the rights it was given, and no others.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from chalicelib.audit.store import of_facility
from infra.local.browsing import Browser
from infra.local.people import Refused
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility, Founding, founded, with_display_tool
from tests.journeys.disc_scene import (
    ORDERS,
    WORK,
    download,
    each_harm_is_found,
    extracted,
    verified,
)
from tests.journeys.test_zip import stored
from tests.media.scene import endoscopy, run
from tests.pictures.making import still

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

DISCS = "/portal/discs"
NUMBER = "P-1"  # of the patient in the headers
FILES = {f"2026/検査/{each}.dcm": endoscopy(number=each) for each in (1, 2, 3)}
OTHERS = {"E-9/IMG0001.JPG": still(60)}


def ordered(admin: Browser, target_id: str, **how: str) -> str:
    """Find the patient, take all there is, order it as *how* says; return the order's id."""
    here = f"{DISCS}/new/{target_id}"
    assert here in admin.get(f"{DISCS}/new")
    admin.get(here)
    found = admin.send(f"{here}/patients", patient_id=NUMBER)
    link = re.search(r"/how\?scope=patient&amp;subject=([\w-]+)", found)
    assert link, found
    admin.get(f"{here}/how?scope=patient&subject={link[1]}")
    page = admin.send(DISCS, **how)
    order = re.search(rf"{ORDERS}/(discs-\w+)", page)
    assert order, page
    return order[1]


def on_disc(disc: Path) -> dict[str, bytes]:
    """Return what the manifest names, by the facility's own path; each is what it says there."""
    found = {}
    for each in json.loads((disc / "manifest.json").read_text())["files"]:
        body = (disc / each["place"]).read_bytes()
        told = (each["size"], each["sha256"])
        assert told == (len(body), hashlib.sha256(body).hexdigest())
        found[each["path"]] = body
    return found


def read_by_others(iso: Path, disc: Path) -> None:
    """See that Debian's tools for discs and for DICOM have nothing to say against it."""
    listed = run("isoinfo", "-J", "-f", "-i", iso)
    assert "/DICOM/E0000001/I0000003" in listed
    told = run("dciodvfy", disc / "DICOMDIR") + run("dcdirdmp", disc / "DICOMDIR")
    assert [line for line in told.splitlines() if line.startswith(("Error", "Warning"))] == []
    dump = run("dcmdump", "+P", "ReferencedFileID", disc / "DICOMDIR")
    assert not [line for line in dump.splitlines() if line.startswith(("E:", "W:"))]
    named = [each.replace("\\", "/") for each in re.findall(r"\[(DICOM[^\]]+)\]", dump)]
    assert len(named) == len(FILES)
    bodies = {(disc / each).read_bytes() for each in named}
    assert bodies == set(FILES.values())


def sees_none_of_it(stranger: Browser, order_id: str) -> None:
    """See that a facility of somebody else's finds no order, no image and no passphrase."""
    assert order_id not in stranger.get(DISCS)
    for path in (f"{ORDERS}/{order_id}", f"{ORDERS}/{order_id}/passphrase"):
        with pytest.raises(Refused, match=r"^404"):
            stranger.get(path)
    for path in (f"{ORDERS}/{order_id}/discs/1/download", f"{ORDERS}/{order_id}/passphrase"):
        with pytest.raises(Refused, match=r"^404"):
            stranger.send(path)


@pytest.mark.usefixtures("here")
def test_a_patients_examinations_are_ordered_made_proved_and_handed_over(
    stack: LocalStack, found: Founding, tmp_path: Path
) -> None:
    facility, another = found(), founded(stack, tmp_path / "another", None)
    with_display_tool(facility)
    stored(facility, tmp_path / "folder", FILES | OTHERS)
    admin, operator = Browser(stack, facility.admin), Browser(stack, facility.operator)
    how = {"medium": "cd", "encrypted": "no", "album": "yes"}
    order_id = ordered(admin, facility.target_id, **how)
    iso = download(admin, f"{ORDERS}/{order_id}", 1, tmp_path)
    disc = extracted(iso, tmp_path / "disc")
    assert on_disc(disc) == FILES
    assert verified(disc)[0] == 0, verified(disc)[1]
    assert list((disc / "album" / "pictures").glob("*.webp"))
    read_by_others(iso, disc)
    each_harm_is_found(disc, "DICOM")
    sees_none_of_it(Browser(stack, another.admin), order_id)
    assert "山田" not in operator.get(f"{WORK}/{order_id}")
    operator.send(f"{WORK}/{order_id}/hand-over", to="The ward", tracking="1234-5678")
    page = admin.get(f"{ORDERS}/{order_id}")
    assert [each in page for each in ("The ward", "1234-5678")] == [True, True]
    assert done(facility, order_id) == [
        "discs-built",
        "download-disc",
        "download-disc-album",
        "hand-over-discs",
    ]


def done(facility: Facility, order_id: str) -> list[str]:
    """Return what the facility's audit rows say was done with the order's discs, in order."""
    rows = sorted(of_facility(facility.facility_id), key=lambda each: each[0])
    return [event.action for _, event, _ in rows if event.subject == order_id]
