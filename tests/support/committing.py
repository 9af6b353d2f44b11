"""A device that asks whether its images are stored, and hears of it."""

from __future__ import annotations

import http.server
import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, generate_uid
from pynetdicom import AE, evt

from hokan_agent.machine.home import Home
from hokan_agent.machine.state import State
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from hokan_agent.sources.hashing import hashed
from hokan_agent.sources.scan import Found, scan
from tests.support.devices import CT, EXPLICIT, PEER, SECONDS, STUDY, TITLE, Starter, Station
from tests.support.serving import enrolled, serving

TARGET = "target_1"

PUSH_MODEL, PUSH_MODEL_INSTANCE = "1.2.840.10008.1.20.1", "1.2.840.10008.1.20.1.1"
OWN, NEW = "the association it asked on", "a new association"
ALL, SOME = 1, 2  # events


@dataclass(frozen=True, slots=True)
class Report:
    """What a device was told, and where."""

    where: str
    event: int
    transaction: str
    committed: set[str]
    failed: dict[str, int]


@dataclass
class Asking:
    """A device: it asks on one association, and listens for others."""

    listens_at: int = 0
    title: str = PEER
    reports: queue.Queue[Report] = field(default_factory=queue.Queue)

    @property
    def peer(self) -> str:
        """What the receiver is told of it."""
        return f"{PEER}=127.0.0.1:{self.listens_at}"

    def heard(self) -> Report:
        """Return the next report."""
        return self.reports.get(timeout=SECONDS)

    def associated(self, station: Station) -> Any:
        """Return an association that images and questions can be sent on."""
        entity = AE(ae_title=self.title)
        entity.add_requested_context(PUSH_MODEL)
        entity.add_requested_context(CT, EXPLICIT)
        handlers: Any = [(evt.EVT_N_EVENT_REPORT, self._hear, [OWN])]
        return entity.associate("127.0.0.1", station.port, ae_title=TITLE, evt_handlers=handlers)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take new associations meanwhile; always at the same port."""
        entity = AE(ae_title=PEER)
        entity.add_supported_context(PUSH_MODEL, scu_role=False, scp_role=True)
        handlers: Any = [(evt.EVT_N_EVENT_REPORT, self._hear, [NEW])]
        where = ("127.0.0.1", self.listens_at)
        server: Any = entity.start_server(where, block=False, evt_handlers=handlers)
        self.listens_at = server.socket.getsockname()[1]
        yield
        entity.shutdown()

    def _hear(self, event: Any, where: str) -> tuple[int, None]:
        told = event.event_information
        committed = {
            each.ReferencedSOPInstanceUID for each in told.get("ReferencedSOPSequence", [])
        }
        failed = {
            each.ReferencedSOPInstanceUID: each.FailureReason
            for each in told.get("FailedSOPSequence", [])
        }
        report = Report(where, event.event_type, told.TransactionUID, committed, failed)
        self.reports.put(report)
        return 0x0000, None


# --- the service -----------------------------------------------------------------------------


@dataclass
class Service:
    """
    What answers as the service.

    Attributes:
        stored: The contents it says it has.
        asked: Those it was asked for.
    """

    url: str = ""
    status: int = 200
    stored: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)


@contextmanager
def a_service() -> Iterator[Service]:
    """Answer which objects are stored meanwhile, and nothing else."""
    told = Service()

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.asked += body["sha256"]
            answer = json.dumps({"stored": sorted(told.stored & set(body["sha256"]))}).encode()
            self.send_response(told.status if self.path == f"/targets/{TARGET}/stored" else 404)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        yield told


def watching(start: Starter, service: Service) -> Home:
    """Return an agent's home that is enrolled and has the folder watched."""
    home = enrolled(start.home, service.url)
    folders.add(home, Watched(start.folder, TARGET))
    return home


def backed_up(home: Home, station: Station) -> None:
    """Have this machine remember that a backup sent all there is."""
    state = State(home.state_file)
    state.remember(TARGET, [(found, "") for found, _ in _contents(station)])
    state.close()


def stored(home: Home, station: Station, service: Service) -> None:
    """Have the service say, too, that it has all there is."""
    backed_up(home, station)
    service.stored |= {sha256 for _, sha256 in _contents(station)}


def _contents(station: Station) -> list[tuple[Found, str]]:
    seen = scan(station.folder)
    return [hashed(seen, each) for each in seen.files]


# --- what devices say ------------------------------------------------------------------------


def question(*instances: str, kind: str = CT) -> Dataset:
    """Return the dataset that asks for *instances*."""
    asked = Dataset()
    asked.TransactionUID = generate_uid()
    asked.ReferencedSOPSequence = []
    for each in instances:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = kind, each
        asked.ReferencedSOPSequence.append(item)
    return asked


def ask(
    association: Any, asked: Dataset, action: int = 1, instance: str = PUSH_MODEL_INSTANCE
) -> int:
    """Ask as a device does; return the status."""
    status, _ = association.send_n_action(asked, action, PUSH_MODEL, instance)
    return int(status.Status)


def send(association: Any, instance: str) -> int:
    """Send an image as pynetdicom does, which hears reports meanwhile; return the status."""
    image = Dataset()
    image.SOPClassUID, image.SOPInstanceUID, image.StudyInstanceUID = CT, instance, STUDY
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = UID(EXPLICIT)
    image.file_meta.MediaStorageSOPInstanceUID = UID(instance)
    return int(association.send_c_store(image).Status)
