"""What `hokan-agent doctor` finds on a machine, and says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.machine import doctor, network
from hokan_agent.machine.findings import Finding, Level, as_text
from hokan_agent.machine.home import RUN, Home, Identity
from hokan_agent.machine.state import State
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from infra.local.engine import free_port
from tests.support.answering import Answering, encrypted
from tests.support.serving import serving

AGENT = Path(__file__).parents[2] / "agent"
NOBODY = 65_534


@pytest.fixture
def service() -> Iterator[Answering]:
    with serving(Answering()) as server:
        server.agent = (200, {"targets": [], "storage": server.url})
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Home:
    directory = tmp_path / "home"
    directory.mkdir(mode=0o700)
    return Home(directory)


@pytest.fixture
def enrolled(home: Home, service: Answering) -> Home:
    return enrol(home, f"{service.url}/api")


def enrol(home: Home, address: str) -> Home:
    home.keep_key(Ed25519PrivateKey.generate())
    home.keep_identity(Identity(address, "agent-1", "facility-1"))
    return home


def watch(home: Home, folder: Path) -> None:
    folders.add(home, Watched(folder, "t-1"))


def levels(findings: list[Finding]) -> dict[str, Level]:
    return {each.check: each.level for each in findings}


def examined(home: Home) -> list[Finding]:
    return list(doctor.examine(home))


def run(home: Home, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hokan_agent", "--state", str(home.directory), "doctor", *options],
        env=os.environ | {"PYTHONPATH": str(AGENT)},
        capture_output=True,
        text=True,
        check=False,
    )


# --- the command -------------------------------------------------------------------------------


def test_a_machine_with_nothing_wrong_passes(enrolled: Home) -> None:
    done = run(enrolled)
    assert (done.returncode, done.stderr) == (0, "")


def test_something_wrong_is_an_exit_code_of_1(enrolled: Home) -> None:
    enrolled.directory.chmod(0o755)
    assert run(enrolled).returncode == 1


def test_programs_get_the_same_findings_as_one_object(enrolled: Home) -> None:
    enrolled.directory.chmod(0o755)
    told = json.loads(run(enrolled, "--json").stdout)
    found = {each["check"]: each["level"] for each in told["findings"]}
    assert (told["outcome"], found["home"], found["service"]) == ("wrong", "wrong", "ok")


def test_each_finding_is_one_line_that_begins_with_how_bad_it_is(enrolled: Home) -> None:
    lines = run(enrolled).stdout.splitlines()
    assert {line.split()[0] for line in lines} <= {"ok", "attention", "wrong"}


def test_whatever_is_not_right_has_a_cure(home: Home, tmp_path: Path) -> None:
    enrol(home, f"http://127.0.0.1:{free_port()}/api")
    watch(home, tmp_path / "gone")
    assert all(each.mend for each in examined(home) if each.level is not Level.OK)


def test_before_enrolling_nothing_is_wrong(home: Home) -> None:
    assert Level.WRONG not in levels(examined(home)).values()


def test_before_enrolling_it_says_how_to(home: Home) -> None:
    _, finding = doctor.enrolment(home)
    assert "hokan-agent enrol" in finding.mend


def test_before_enrolling_a_service_can_be_tried(home: Home, service: Answering) -> None:
    found = list(doctor.examine(home, f"{service.url}/api"))
    assert (levels(found)["service"], levels(found)["clock"]) == (Level.OK, Level.OK)


def test_a_look_leaves_no_trace(tmp_path: Path) -> None:
    examined(Home(tmp_path / "home"))
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_the_rest_is_checked(home: Home, tmp_path: Path) -> None:
    enrol(home, f"http://127.0.0.1:{free_port()}/api")
    watch(home, tmp_path / "gone")
    found = levels(examined(home))
    assert (found["service"], found["folder"], found["home"]) == (
        Level.WRONG,
        Level.WRONG,
        Level.OK,
    )


# --- the agent's own directory -----------------------------------------------------------------


def test_a_home_that_others_may_look_into_is_wrong(home: Home) -> None:
    home.directory.chmod(0o750)
    finding = doctor.directory(home)
    assert (finding.level, finding.mend) == (Level.WRONG, f"chmod 700 {home.directory}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder away")
def test_who_is_not_the_owner_is_told_whom_to_be(home: Home) -> None:
    os.chown(home.directory, NOBODY, NOBODY)
    assert doctor.directory(home).mend.startswith("sudo -u nobody ")


def test_a_key_that_others_may_read_is_wrong(enrolled: Home) -> None:
    enrolled.key_file.chmod(0o640)
    assert doctor.enrolment(enrolled)[1].level is Level.WRONG


def test_an_identity_without_its_key_is_wrong(enrolled: Home) -> None:
    enrolled.key_file.unlink()
    assert doctor.enrolment(enrolled)[1].level is Level.WRONG


def test_a_cache_that_is_whole_is_said_so(home: Home) -> None:
    State(home.state_file).close()
    assert doctor.cache(home).level is Level.OK


def test_a_damaged_cache_is_told_and_left_as_it_is(home: Home) -> None:
    home.state_file.write_bytes(b"no database" * 100)
    assert doctor.cache(home).level is Level.ATTENTION
    assert home.state_file.read_bytes() == b"no database" * 100


def test_a_cache_that_cannot_be_opened_is_wrong(home: Home) -> None:
    home.state_file.mkdir()
    assert doctor.cache(home).level is Level.WRONG


def test_a_disk_without_room_is_wrong() -> None:
    assert doctor.space(Home(Path("/proc/hokan-agent"))).level is Level.WRONG


def test_a_service_that_runs_is_seen(home: Home) -> None:
    with home.locked(RUN):
        assert doctor.other_run(home).level is Level.OK


def test_a_lock_nobody_holds_is_no_run(home: Home) -> None:
    with home.locked(RUN):
        pass
    assert doctor.other_run(home).level is Level.ATTENTION


# --- folders -----------------------------------------------------------------------------------


def test_a_folder_that_is_gone_is_wrong(tmp_path: Path) -> None:
    assert doctor.readable(tmp_path / "gone").level is Level.WRONG


def test_an_empty_folder_may_not_be_mounted(tmp_path: Path) -> None:
    assert "mounted" in doctor.readable(tmp_path).mend


def test_a_folder_of_readable_files_is_right(tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"")
    assert doctor.readable(tmp_path).level is Level.OK


def test_a_link_that_leads_nowhere_is_not_unreadable(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    assert doctor.readable(tmp_path).level is Level.OK


@contextmanager
def somebody() -> Iterator[None]:
    """Be somebody whom modes hold back: root reads everything."""
    is_root = os.geteuid() == 0
    if is_root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        if is_root:
            os.setresuid(0, 0, 0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that anybody may reach: pytest's own are for their owner."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    for each in made.rglob("*"):
        each.chmod(0o700)
    shutil.rmtree(made)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_cannot_be_read_is_counted_and_not_named(public: Path, kind: str) -> None:
    held = public / "CANARY"
    held.mkdir() if kind == "folder" else held.write_bytes(b"")
    held.chmod(0)
    (public / "image").write_bytes(b"")
    with somebody():
        finding = doctor.readable(public)
    assert finding.level is Level.WRONG
    assert "1 of the 2" in finding.found
    assert "CANARY" not in as_text(finding)


def test_a_folder_nobody_may_enter_is_wrong(public: Path) -> None:
    held = public / "held"
    held.mkdir(mode=0)
    with somebody():
        assert doctor.readable(held).level is Level.WRONG


def test_a_damaged_list_of_folders_is_wrong(home: Home) -> None:
    home.folders_file.write_text("{")
    assert [each.level for each in doctor.watched(home)] == [Level.WRONG]


# --- the clock ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "level"),
    [
        (0, Level.OK),
        (50, Level.OK),
        (90, Level.ATTENTION),
        (-90, Level.ATTENTION),
        (400, Level.WRONG),
        (-400, Level.WRONG),
    ],
)
def test_the_clock_is_compared_with_the_service(
    service: Answering, seconds: int, level: Level
) -> None:
    service.ahead = timedelta(seconds=seconds)
    assert network.clock(service.url).level is level


def test_a_clock_that_runs_behind_is_said_to(service: Answering) -> None:
    service.ahead = timedelta(seconds=90)
    assert "behind the service" in network.clock(service.url).found


# --- names, ports, certificates ----------------------------------------------------------------


def test_a_name_nobody_knows_is_a_matter_of_dns() -> None:
    (finding,) = network.path_to("service", "https://hokan.invalid/api")
    assert (finding.level, "DNS" in finding.mend) == (Level.WRONG, True)


def test_a_closed_port_is_a_matter_of_the_firewall() -> None:
    (finding,) = network.path_to("service", f"https://127.0.0.1:{free_port()}/api")
    assert (finding.level, "firewall" in finding.mend) == (Level.WRONG, True)


@pytest.mark.parametrize("url", ["http://hokan.example/api", "hokan", "https://x:port/"])
def test_an_address_that_is_none_is_wrong(url: str) -> None:
    assert [each.level for each in network.path_to("service", url)] == [Level.WRONG]


def shown(server: Answering) -> Finding:
    return network.certificate(network.Endpoint.of("service", server.url))


def test_a_certificate_of_an_unknown_ca_is_not_trusted(tmp_path: Path) -> None:
    with encrypted(tmp_path) as server:
        finding = shown(server)
    assert (finding.level, "SSL_CERT_FILE" in finding.mend) == (Level.WRONG, True)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose ca.pem this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return tmp_path


def test_a_ca_of_the_facility_is_trusted_through_ssl_cert_file(trusted: Path) -> None:
    with encrypted(trusted) as server:
        assert shown(server).level is Level.OK


def test_what_is_trusted_here_is_trusted_by_the_agents_own_requests(trusted: Path) -> None:
    with encrypted(trusted) as server:
        assert network.clock(server.url).level is Level.OK


def test_a_certificate_that_ends_soon_wants_attention(trusted: Path) -> None:
    with encrypted(trusted, days=5) as server:
        assert shown(server).level is Level.ATTENTION


def test_a_certificate_that_ended_is_a_matter_of_dates(trusted: Path) -> None:
    with encrypted(trusted, days=-1) as server:
        finding = shown(server)
    assert (finding.level, "date" in finding.mend) == (Level.WRONG, True)


def test_a_certificate_of_another_name_is_wrong(trusted: Path) -> None:
    with encrypted(trusted, name="127.0.0.2") as server:
        finding = shown(server)
    assert (finding.level, "another machine" in finding.mend) == (Level.WRONG, True)


def test_an_answer_without_tls_is_wrong(service: Answering) -> None:
    service.scheme = "https"
    assert shown(service).level is Level.WRONG


# --- what the service says ---------------------------------------------------------------------


def test_a_revoked_agent_is_told_so(enrolled: Home, service: Answering) -> None:
    service.agent = (401, {"type": "x/agent-revoked", "detail": "this agent is revoked"})
    (finding,) = network.known(enrolled, enrolled.identity())
    assert (finding.level, finding.found) == (Level.WRONG, "this agent is revoked")


def test_the_way_to_storage_is_tried_before_there_is_a_file_to_send(
    enrolled: Home, service: Answering
) -> None:
    service.agent = (200, {"targets": [], "storage": f"http://127.0.0.1:{free_port()}"})
    found = levels(list(network.known(enrolled, enrolled.identity())))
    assert found == {"identity": Level.OK, "storage": Level.WRONG}


# --- secrets -----------------------------------------------------------------------------------


def test_nothing_of_the_key_is_told(enrolled: Home) -> None:
    key = enrolled.key_file.read_text().splitlines()[1]
    assert key not in run(enrolled, "--json").stdout
