"""
`make demo`: a facility's folder goes through the whole service and comes back bit for bit.

Everything is real: the packaged stack on a local AWS, Cognito sign-ins, the agent as its own
process over HTTP.  The facility, its people and its patients are invented.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from infra import demo_album, demo_areas, demo_captures, demo_inquiries, demo_patient
from infra.build import ROOT
from infra.demo_data import EXAMINATIONS, FolderSummary, add_examination, make_facility_folder
from infra.demo_patient import Slip
from infra.local.__main__ import TROUBLE, description, keep_up, up
from infra.local.accounts import keep
from infra.local.browsing import Browser
from infra.local.nights import move_to, next_time, service_time, tick
from infra.local.people import Person, Refused
from infra.local.stack import PORT, LocalStack
from infra.operate import OperateError

HOME = ROOT / "build" / "demo"
SUMMARY = ROOT / "build" / "demo.json"
SPARE_BYTES = 1_000_000
MORE_ROOM_BYTES = 100 * 10**9
NIGHTLY = "02:00"
COMPLETE, WITH_EXCEPTIONS = 0, 3  # the agent's exit codes

TRY_IT = """
  Open the portal and sign in as the facility's administrator: last night's backup is there,
  with its images counted.  "Sign a contract: X-ray" takes three clicks from there.
  The doctor finds the album in the menu, with one case open, and the chart under "Charts".
  The patient reads what the doctor released, in plain words, with the number and the code above.
  The administrator finds the rented area under "Areas" and its disc under "Discs"; the
  operator finds the map of the regions; two pictures wait under "Captures" for the doctor, who
  can also pair a phone there: a browser on this machine will do for one.  Under "Inquiries" the
  doctor files another one; the department's staff find it on their desk once it was collected.
"""

console = Console(highlight=False)


class DemoError(RuntimeError):
    """Something did not go as it should; the message says what."""


@dataclass
class Facility:
    """An invented facility under contract; the operator and the clerk are the provider's."""

    operator: Person
    clerk: Person
    admin: Person
    doctor: Person
    facility_id: str
    target_id: str
    contract_id: str

    @property
    def catalogue(self) -> str:
        return f"/targets/{self.target_id}"


def main() -> int:
    """Run the demo; exit 0 when every file came back identical."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--once", action="store_true", help="end after the summary")
    options = parser.parse_args()
    stack = LocalStack(port=options.port)
    try:
        _say("Starting Hokan on this machine", "packaged as for AWS, deployed to MiniStack")
        with up(stack):
            facts = _story(stack)
            if not options.once:
                console.print(f"\nStill running:\n{description(stack)}")
                console.print(TRY_IT)
                keep_up(stack)
    except (DemoError, OperateError, Refused, *TROUBLE) as error:
        console.print(f"[red]the demo stopped: {error}")
        return 1
    return 0 if _is_proof(facts) else 1


def _is_proof(facts: dict[str, int]) -> bool:
    """Whether every file that went in came out the same, and the quota held."""
    is_same = facts["restored_identical"] == facts["files_sent"] > 0
    return is_same and facts["restored_different"] == 0 and facts["refused_over_quota"] == 1


def _story(stack: LocalStack) -> dict[str, int]:
    """Tell it from the empty folder to the summary; return the counts."""
    shutil.rmtree(HOME, ignore_errors=True)
    source, restored = HOME / "facility", HOME / "restored"
    _say("Drawing a facility's folder", "invented patients, and pydicom's test files")
    folder = make_facility_folder(source)
    console.print(f"  {folder.files} files, {_megabytes(folder.bytes)}, {source}")

    facility = _sign_contract(stack, folder)
    agent = _Agent(stack, facility)
    _say("Backing up", f"hokan-agent backup {source.relative_to(ROOT)}")
    report = agent.run("backup", str(source), "--target", facility.target_id)
    sent = f"{report['files_sent']} contents sent, {report['files_already_stored']} were there"
    console.print(f"  {report['files_seen']} files, {sent}, {report['api_calls']} API calls")
    _say("Backing up again", "nothing has changed")
    again = agent.run("backup", str(source), "--target", facility.target_id)
    console.print(f"  {again['files_unchanged']} files unchanged, API calls: {again['api_calls']}")

    refused = _one_upload_too_many(facility, agent)
    _more_room(facility)
    area, order = _rent(stack, facility, source)
    captures = _capture(stack, facility, source)
    asked = _ask(facility, source)
    new_bytes = _a_night(stack, facility, agent, source)
    patients, examinations = _show_catalogue(facility)
    _restore(facility, agent, restored)
    identical, different = _compared(source, restored)
    examination, open_cases = _look(stack, facility)
    slip = _explain(stack, facility, examination)
    _burn(stack, facility, order)
    facts = {
        "files_sent": len(_files(source)),
        "bytes_sent": folder.bytes + new_bytes,
        "objects_stored": _objects_stored(stack, facility),
        "restored_identical": identical,
        "restored_different": different,
        "refused_over_quota": refused,
        "patients": patients,
        "examinations": examinations,
        "cases_open": open_cases,
        "area_files": area.files,
        "captures_waiting": captures,
        "inquiry_steps": len(asked.states),
    }
    SUMMARY.write_text(json.dumps(facts, indent=1))
    _show(facts)
    for what, address in demo_album.places(stack.portal_url, examination).items():
        console.print(f"  {what:12} {address}", soft_wrap=True)
    for what, address in _places(stack, area.target_id, order, asked).items():
        console.print(f"  {what:12} {address}", soft_wrap=True)
    told = f"{slip.address}  number {slip.patient_id}, code {slip.code}"
    console.print(f"  {'patient':12} {told}", soft_wrap=True)
    return facts


# --- scenes ---


def _sign_contract(stack: LocalStack, folder: FolderSummary) -> Facility:
    _say("Signing a contract", "on standard terms, which the provider's offer accepts at once")
    mark = secrets.token_hex(4)  # people of earlier demos are still there
    operator = Person(stack, f"operator-{mark}@hokan.example", "operators")
    facility_id = operator.post("/facilities", {"name": "Kawabe Clinic"})["facility_id"]
    admin = Person(stack, f"admin-{mark}@kawabe.example", "facility-admins", facility_id)
    doctor = Person(stack, f"doctor-{mark}@kawabe.example", "doctors", facility_id)
    clerk = Person(stack, f"clerk-{mark}@hokan.example", "clerks")
    people = {"operator": operator, "facility admin": admin, "doctor": doctor}
    keep(stack, people | {"department staff": clerk})
    target = admin.post("/targets", {"name": "Endoscopy", "kind": "mass_storage"})
    today = admin.get("/health")["service_time"][:10]
    admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"})  # for you to sign for
    form = {
        "target_id": target["target_id"],
        "term": "annual",
        "starts_on": today,
        "timing": {"kind": "nightly", "at": NIGHTLY},
        "capacity_bytes": folder.bytes + SPARE_BYTES,
    }
    contract = admin.post("/contracts", form)
    capacity = _megabytes(form["capacity_bytes"])
    console.print(f"  Kawabe Clinic, annual, {capacity}: {contract['state']}")
    ids = (facility_id, target["target_id"], contract["contract_id"])
    return Facility(operator, clerk, admin, doctor, *ids)


def _a_night(stack: LocalStack, facility: Facility, agent: _Agent, folder: Path) -> int:
    """Add an examination and let the clock pass 02:00; return the bytes that are new."""
    files, size = add_examination(folder, EXAMINATIONS + 1)
    agent.run("watch", "add", str(folder), "--target", facility.target_id, is_reported=False)
    night = next_time(NIGHTLY, service_time(facility.admin))
    _say("A night passes", f"the service's clock shows {night:%d %B, %H:%M} in Tokyo")
    move_to(stack, night + timedelta(seconds=30))
    tick(stack)
    _say("Backing up by itself", "hokan-agent run: it asks what is due, and does it")
    agent.run("run", "--once", "--quiet", is_reported=False)
    move_to(stack, next_time("08:00", night))
    facility.admin.sign_in()  # the session of yesterday is over
    jobs = facility.admin.get(f"{facility.catalogue}/jobs")["items"]
    if not jobs or jobs[0]["state"] != "complete":
        raise DemoError("the night brought no complete backup")
    done = jobs[0]["progress"]
    console.print(
        f"  {files} files are new; {done['files_done']} of {done['files_total']} are safe"
    )
    return size


class _Agent:
    """The facility's agent, enrolled, a process of its own for each command."""

    def __init__(self, stack: LocalStack, facility: Facility) -> None:
        self._state = HOME / "agent"
        code = facility.admin.post("/agent-codes")["code"]
        _say("Enrolling the facility's agent", "with a one-time code; its key never leaves it")
        self.run("enrol", code, "--service", stack.api_url, "--name", "PC 1", is_reported=False)
        self.agent_id = facility.admin.get("/agents")["items"][0]["agent_id"]

    def run(self, *arguments: str, is_reported: bool = True) -> dict[str, Any]:
        """Run a command; return its report.  Raises DemoError when it failed."""
        program = [sys.executable, "-m", "hokan_agent", "--state", str(self._state)]
        done = subprocess.run(
            [*program, *arguments, *(["--json"] if is_reported else [])],
            env=os.environ | {"PYTHONPATH": str(ROOT / "agent")},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode not in {COMPLETE, WITH_EXCEPTIONS}:
            raise DemoError(f"hokan-agent {arguments[0]} ended with {done.returncode}")
        return dict(json.loads(done.stdout)) if is_reported else {}


def _show_catalogue(facility: Facility) -> tuple[int, int]:
    _say("Looking at the catalogue", "as the facility's staff sees it")
    patients = facility.admin.all_of(f"{facility.catalogue}/patients")
    examinations = facility.admin.all_of(f"{facility.catalogue}/examinations")
    table = Table("patient", "name", "born", "examinations", box=None, pad_edge=True)
    for each in patients[:8]:
        name, born = each["name"] or "", each["birth_date"] or ""
        table.add_row(each["patient_id"], name, born, str(each["examinations"]))
    console.print(table)
    console.print(f"  {len(patients)} patients, {len(examinations)} examinations")
    return len(patients), len(examinations)


def _look(stack: LocalStack, facility: Facility) -> tuple[dict[str, Any], int]:
    """Open an examination in the display tool and write its chart; return it, and open cases."""
    _say("Signing for the display tool", "and having pictures made of what is stored already")
    tool = demo_album.sign_for_tool(facility.admin)
    console.print(f"  Reading room, monthly, 100 cases: {tool['state']}")
    demo_album.have_pictures_made(stack, facility.target_id)
    facility.doctor.sign_in()  # the session of yesterday is over
    covered, count = demo_album.wait_for_pictures(facility.doctor, facility.catalogue)
    console.print(f"  {covered} of {count} examinations have pictures")
    _say("Looking at an examination", "a doctor opens it as a case, and signs a chart of it")
    examination = demo_album.open_newest(facility.doctor, facility.catalogue)
    demo_album.sign_chart(facility.doctor, facility.catalogue, examination)
    console.print(f"  {examination['kind']} of {examination['examined_at'][:10]}: signed")
    return examination, int(facility.doctor.get("/cases")["open"])


def _explain(stack: LocalStack, facility: Facility, examination: dict[str, Any]) -> Slip:
    """Release the chart in plain words, and read it as the patient does; return the slip."""
    _say("Explaining it to the patient", "the doctor releases plain words; a slip opens them")
    doctor = Browser(stack, facility.doctor)
    demo_patient.release(doctor, examination)
    patient = demo_patient.patient_of(facility.admin, facility.catalogue, examination)
    slip = demo_patient.hand_slip(stack, doctor, patient, examination)
    browser, document = demo_patient.come_in(stack, slip)
    for sentence in demo_patient.sentences(browser.get(document)):
        console.print(f"  {sentence}")
    return slip


def _rent(stack: LocalStack, facility: Facility, folder: Path) -> tuple[demo_areas.Rented, str]:
    """Set regions aside, rent of them, and order discs of an area; return it and the order."""
    _say("Renting areas", "for files of any kind; the provider sets storage aside first")
    aside = demo_areas.set_aside(Browser(stack, facility.operator))
    demo_areas.rent(facility.admin, "Accounts", "economy")
    target_id = demo_areas.rent(facility.admin, "Teaching files", "deluxe")
    area = demo_areas.fill(facility.admin, target_id, _stills(folder)[0])
    console.print(f"  {aside} are set aside for deluxe areas; one is rented, with versions kept")
    console.print(f"  {area.files} files in it, {area.used_bytes:,} bytes with a version of one")
    return area, demo_areas.order_discs(Browser(stack, facility.admin), target_id)


def _burn(stack: LocalStack, facility: Facility, order: str) -> None:
    """Wait for the discs that were ordered a night ago."""
    _say("Fetching the area's disc", "a queue's worker has made it meanwhile")
    sha256 = demo_areas.wait_for_disc(Browser(stack, facility.admin), order)
    console.print(f"  DVD 1 of 1, SHA-256 {sha256[:16]}…; the script on it proves it")


def _capture(stack: LocalStack, facility: Facility, folder: Path) -> int:
    """Pair a phone with the doctor's computer and send from it; return how many pictures wait."""
    _say("Capturing", "a phone is paired by a code, and sends two pictures")
    phone = demo_captures.pair(stack, Browser(stack, facility.doctor))
    for picture in _stills(folder)[:2]:
        demo_captures.send(phone, picture)
    waiting = len(facility.doctor.get("/captures")["items"])
    console.print(f"  {waiting} wait for 72 hours until the doctor keeps or drops them")
    return waiting


def _ask(facility: Facility, folder: Path) -> demo_inquiries.Asked:
    """Ask the provider something with a picture, and have the department answer that knows."""
    _say("Asking the provider", "an inquiry with a picture; a rule finds who can answer")
    departments = demo_inquiries.staff(facility.operator, facility.clerk)
    inquiry_id = demo_inquiries.file(facility.doctor, _stills(folder)[0])
    facility.operator.post(f"{demo_inquiries.BOX}/collect")
    demo_inquiries.answer(facility.clerk, departments[demo_inquiries.DEVICES], inquiry_id)
    asked = demo_inquiries.read(facility.doctor, inquiry_id)
    console.print(f"  {' > '.join(asked.states)}, by {asked.department}")
    console.print(f"  {asked.heard}")
    return asked


def _stills(folder: Path) -> list[Path]:
    return sorted(folder.rglob("IMG*.JPG"))


def _places(
    stack: LocalStack, target_id: str, order: str, asked: demo_inquiries.Asked
) -> dict[str, str]:
    """Return where a browser finds the area and its disc, the regions, captures and inquiries."""
    order_id = order.removeprefix("/portal/")
    return {
        "rented area": f"{stack.portal_url}/areas/{target_id}/folders/root",
        "disc": f"{stack.portal_url}/{order_id}",
        "regions": f"{stack.portal_url}/provider/regions  (as the operator)",
        "captures": f"{stack.portal_url}/captures  (as the doctor)",
        "inquiry": f"{stack.portal_url}/inquiries/{asked.inquiry_id}  (as the doctor)",
        "inquiry box": f"{stack.portal_url}/inquiry-box  (as the operator)",
    }


def _one_upload_too_many(facility: Facility, agent: _Agent) -> int:
    """Try to back up one byte more than is left; return how many files were refused."""
    left = facility.admin.get(f"{facility.catalogue}/usage")["available_bytes"]
    _say("One upload too many", f"{left:,} bytes are left; here come {left + 1:,}")
    folder = HOME / "one-too-many"
    folder.mkdir()
    (folder / "IMG0001.JPG").write_bytes(secrets.token_bytes(left + 1))
    report = agent.run("backup", str(folder), "--target", facility.target_id)
    for each in report["exceptions"]:
        console.print(f"  refused: {each['path']}: {each['reason']}")
    return sum(each["code"] == "quota-exceeded" for each in report["exceptions"])


def _more_room(facility: Facility) -> None:
    """Amend the contract, knowing what it costs."""
    change = {"capacity_bytes": MORE_ROOM_BYTES}
    amendments = f"/contracts/{facility.contract_id}/amendments"
    offered = facility.admin.post(f"{amendments}/quote", change)
    _say("Changing the contract", "a quote first, then the signature on just that")
    facility.admin.post(amendments, change | {"terms_sha256": offered["terms_sha256"]})
    charge = offered["charge"]["total_yen"]
    console.print(f"  {_megabytes(MORE_ROOM_BYTES)} from now on, for {charge:,} yen more")


def _restore(facility: Facility, agent: _Agent, into: Path) -> None:
    _say("Restoring everything", f"staff grants it, the agent does it, into {into.name}/")
    grant = {"target_id": facility.target_id, "scope": "target", "agent_id": agent.agent_id}
    facility.admin.post("/restores", grant)
    into.mkdir(parents=True)
    report = agent.run("restore", "--into", str(into))
    done = report["files_restored"]
    console.print(f"  {done} files, {_megabytes(report['bytes_restored'])}, checksums verified")


def _compared(source: Path, restored: Path) -> tuple[int, int]:
    """Return how many files are the same bit for bit, and how many are not or are missing."""
    names = {path.relative_to(root) for root in (source, restored) for path in _files(root)}
    same = sum(_is_same(source / name, restored / name) for name in names)
    return same, len(names) - same


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def _is_same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def _objects_stored(stack: LocalStack, facility: Facility) -> int:
    pages = stack.session.client("s3").get_paginator("list_objects_v2")
    place = {"Bucket": stack.outputs["ObjectsBucketName"], "Prefix": f"t/{facility.target_id}/"}
    return sum(page["KeyCount"] for page in pages.paginate(**place))


# --- telling ---


def _say(what: str, how: str) -> None:
    console.print(f"\n[bold]{what}[/bold]  [dim]{how}[/dim]")


def _show(facts: dict[str, int]) -> None:
    _say("Summary", "")
    table = Table("", "", box=None, show_header=False, pad_edge=True)
    table.columns[1].justify = "right"
    for name, count in facts.items():
        table.add_row(name.replace("_", " "), f"{count:,}")
    console.print(table)
    if _is_proof(facts):
        console.print("[green]  every file came back, bit for bit[/green]")
    else:
        console.print("[red]  something differs: see the counts[/red]")


def _megabytes(count: int) -> str:
    return f"{count / 10**6:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
