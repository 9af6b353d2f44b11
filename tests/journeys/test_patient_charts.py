"""From a doctor's release to what a patient takes along: over real HTTP, under real rights."""

from __future__ import annotations

import html
import io
import json
import re
import secrets
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey
from pypdf import PdfReader

from infra import demo_album, demo_patient
from infra.demo_patient import Slip
from infra.local.browsing import Browser
from infra.local.people import Person, pool_of
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility
from tests.support.canary import CANARY, CANARY_ID

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

SIDECAR = {"id": "E-1", "patient": CANARY, "examined_at": "2026-04-01T09:30:00", "kind": "EGD"}
FINDINGS = [{k: v for k, v in each.items() if k != "mark"} for each in demo_album.CHART["findings"]]
CHART = demo_album.CHART | {"findings": FINDINGS}  # there is no picture to mark
ADDRESS = re.compile(r">\s*((?:https?|shlink):/[^\s<]+)\s*<")


def backed_up(facility: Facility, folder: Path) -> None:
    (folder / "E-1").mkdir(parents=True)
    (folder / "E-1" / "exam.json").write_text(json.dumps(SIDECAR))
    (folder / "E-1" / "IMG0001.JPG").write_bytes(b"a still that nobody can show")
    assert facility.agent.backup(folder, "--target", facility.target_id).code == 0


def signed(facility: Facility, doctor: Person) -> dict[str, Any]:
    """Sign a chart of the facility's only examination; return that."""
    [listed] = doctor.all_of(f"{facility.target}/examinations")
    path = f"{facility.target}/examinations/{listed['examination_id']}"
    saved = doctor.put(f"{path}/chart", {"revision": 0, "chart": CHART})
    doctor.post(f"{path}/chart/sign", {"revision": saved["revision"]})
    return dict(doctor.get(path))


def handed(
    stack: LocalStack, facility: Facility, folder: Path
) -> tuple[Browser, dict[str, Any], Slip]:
    """Release an explanation and hand its patient a slip; return the doctor's browser, too."""
    backed_up(facility, folder)
    email = f"doctor-{secrets.token_hex(4)}@kawabe.example"
    doctor = Person(stack, email, "doctors", facility.facility_id)
    examination = signed(facility, doctor)
    browser = Browser(stack, doctor)
    demo_patient.release(browser, examination)
    patient = demo_patient.patient_of(doctor, facility.target, examination)
    return browser, examination, demo_patient.hand_slip(stack, browser, patient, examination)


def fetched(stack: LocalStack, address: str, body: dict[str, str] | None = None) -> Any:
    """Ask for *address*, or post JSON to it, as somebody who has the link and nothing else."""
    url = urlsplit(address)
    headers = {"Host": url.netloc, "Content-Type": "application/json", "Accept": "*/*"}
    sent = None if body is None else json.dumps(body)
    path = f"{url.path}?{url.query}" if url.query else url.path
    return pool_of(stack.api_url).request(
        "GET" if body is None else "POST", path, body=sent, headers=headers
    )


def decrypted(written: str, key: str) -> dict[str, Any]:
    found = jwe.decrypt_compact(written, OctKey.import_key(urlsafe_b64decode(key + "=")))
    assert found.plaintext is not None
    return dict(json.loads(found.plaintext))


def test_what_a_doctor_released_is_read_taken_along_shared_and_taken_back(
    stack: LocalStack, facility: Facility, tmp_path: Path
) -> None:
    doctor, examination, slip = handed(stack, facility, tmp_path / "folder")
    assert slip.patient_id == CANARY_ID
    patient, document = demo_patient.come_in(stack, slip)
    page = patient.get(document)
    assert any("4 mm" in each for each in demo_patient.sentences(page))
    # Whichever name the provider has by now: another journey on this stack may have set it.
    assert re.search(r'class="company">(?:<span lang="en">)?[^<\s]', page), page

    printed = patient.fetch(f"{document}/pdf", "application/pdf")
    assert CANARY_ID in PdfReader(io.BytesIO(printed.data)).pages[0].extract_text()
    assert "4 mm" in patient.fetch(f"{document}/html", "text/html").data.decode()
    bundle = json.loads(patient.fetch(f"{document}/fhir", "application/fhir+json").data)
    assert bundle["entry"][0]["resource"]["resourceType"] == "Composition"

    patient.get(f"{document}/share")
    shown = patient.send(f"{document}/share", life="hour")
    link = html.unescape(ADDRESS.findall(shown)[0])
    assert "4 mm" in fetched(stack, link).data.decode()

    shown = patient.send(f"{document}/share", life="hour", step="health-link")
    health_link = next(each for each in ADDRESS.findall(shown) if each.startswith("shlink:/"))
    packed = health_link.removeprefix("shlink:/")
    told = json.loads(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    passcode = re.search(r"\d{4} \d{4}", shown)
    assert passcode
    asked = {"recipient": "Dr Ito", "passcode": passcode[0]}
    [file] = json.loads(fetched(stack, told["url"], asked).data)["files"]
    taken = file.get("embedded") or fetched(stack, file["location"]).data.decode()
    assert decrypted(taken, told["key"]) == bundle

    place = (examination["target_id"], examination["examination_id"])
    explained = "/portal/charts/{}/examinations/{}/patient".format(*place)
    doctor.get(f"{explained}?in=ja")
    doctor.send(f"{explained}/withdraw?in=ja", reason="a slip of the pen")
    assert demo_patient.sentences(patient.get(document)) == []
    assert fetched(stack, link).status == 404
    assert fetched(stack, told["url"], asked).status == 404
