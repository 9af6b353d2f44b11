"""
The demo's display tool: signed for, an examination open in it, and a signed chart of that one.

The doctor's words are as invented as the patients.
"""

from __future__ import annotations

import io
import time
from contextlib import redirect_stdout
from typing import Any

from infra.demo_data import KINDS
from infra.local.people import Person
from infra.local.stack import LocalStack
from infra.operate import invoker, run

KIND = "EGD"
WAIT_SECONDS = 300  # for pictures
POLL_SECONDS = 3  # each look is on record
MARKED = 3  # which still the chart shows
CHART: dict[str, Any] = {
    "kind": "upper-gi-endoscopy",
    "findings": [
        {
            "certainty": "present",
            "text": "表面平滑な隆起性病変",
            "site": {"organ": "胃", "place": "体部"},
            "size": {"value": "4", "unit": "mm"},
            "mark": 1,
        },
        {"certainty": "absent", "text": "活動性の出血"},
        {"certainty": "not-recorded", "text": "食道静脈瘤"},
    ],
    "diagnoses": [{"certainty": "possible", "text": "胃底腺ポリープ"}],
    "procedures": [{"done": "not-done", "text": "生検"}],
    "narrative": "体部に4 mmの隆起を1個認める。生検は行っていない。",
}


def sign_for_tool(admin: Person) -> dict[str, Any]:
    """Add a display tool and sign for it by the month; return the contract."""
    today = admin.get("/health")["service_time"][:10]
    target = admin.post("/targets", {"name": "Reading room", "kind": "display"})
    form = {"target_id": target["target_id"], "term": "monthly", "starts_on": today}
    return dict(admin.post("/contracts", form | {"case_units": 0}))


def have_pictures_made(stack: LocalStack, target_id: str) -> None:
    """Ask for pictures of all that a target stores, as an operator does for older archives."""
    operate = invoker(stack.session, stack.outputs["OperateFunction"])
    with redirect_stdout(io.StringIO()):
        run(operate, "rebuild-derived", {"target_id": target_id})


def open_newest(doctor: Person, catalogue: str) -> dict[str, Any]:
    """Open the newest examination of KIND as a case; return it with its files."""
    listed = doctor.all_of(f"{catalogue}/examinations")
    newest = next(each for each in listed if each["kind"] == KIND)
    path = f"{catalogue}/examinations/{newest['examination_id']}"
    doctor.post(f"{path}/case")
    return dict(doctor.get(path))


def sign_chart(doctor: Person, catalogue: str, examination: dict[str, Any]) -> None:
    """Write CHART of *examination*, with a mark on one of its stills, and sign it."""
    stills = [each for each in examination["files"] if each["path"].endswith(".JPG")]
    image = {
        "sha256": stills[MARKED - 1]["sha256"],
        "note": "胃体部",
        "marks": [{"number": 1, "x": 560, "y": 470}],
    }
    path = f"{catalogue}/examinations/{examination['examination_id']}/chart"
    saved = doctor.put(path, {"revision": 0, "chart": CHART | {"images": [image]}})
    doctor.post(f"{path}/sign", {"revision": saved["revision"]})


def wait_for_pictures(doctor: Person, catalogue: str) -> tuple[int, int]:
    """Wait until every examination with stills has pictures; return how many have, of how many."""
    ends_at = time.monotonic() + WAIT_SECONDS
    while True:
        listed = doctor.all_of(f"{catalogue}/examinations")
        stills = [each for each in listed if each["kind"] in KINDS]
        covered = sum(each["cover"] is not None for each in stills)
        if covered == len(stills) or time.monotonic() > ends_at:
            return covered, len(stills)
        time.sleep(POLL_SECONDS)


def places(portal_url: str, examination: dict[str, Any]) -> dict[str, str]:
    """Return where a browser finds the album, the case and the chart."""
    target_id, examination_id = examination["target_id"], examination["examination_id"]
    return {
        "album": f"{portal_url}/album?target={target_id}",
        "open case": f"{portal_url}/album/{target_id}/{examination_id}",
        "signed chart": f"{portal_url}/charts/{target_id}/examinations/{examination_id}",
    }
