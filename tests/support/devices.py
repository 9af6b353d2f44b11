"""`hokan-agent receive` as devices meet it: a process, a socket, and a real folder."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom.uid import UID
from pynetdicom import AE
from pynetdicom.dimse_primitives import C_STORE

from hokan_agent.sources.scan import scan
from tests.support.canary import CANARY
from tests.support.dicom import element
from tests.support.forked import Forked

PEER, TITLE = "ENDO1", "HOKAN"
STUDY, INSTANCE = "1.2.826.0.1.3680043.10.1", "1.2.826.0.1.3680043.10.2"
VERIFICATION = "1.2.840.10008.1.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
SUCCESS, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000
SECONDS = 120
Process = subprocess.Popen[str] | Forked


@dataclass
class Station:
    """The agent receiving, as a process of its own."""

    folder: Path
    process: Process
    port: int

    def images(self) -> dict[str, bytes]:
        """Return what a backup finds."""
        return {
            each.path: (self.folder / each.path).read_bytes() for each in scan(self.folder).files
        }

    def ended(self) -> str:
        """End it as systemd does; return what it said."""
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=SECONDS)
        return said


@dataclass
class Starter:
    folder: Path
    home: Path
    started: list[Forked] = field(default_factory=list)

    def process(self, *options: str) -> Forked:
        command = ["--state", str(self.home), "receive", str(self.folder), "--port", "0", *options]
        self.started.append(Forked(command))
        return self.started[-1]

    def station(self, *options: str, peer: str = PEER) -> Station:
        process = self.process("--peer", peer, *options)
        return Station(self.folder, process, port_of(process))


@contextmanager
def starting(place: Path) -> Iterator[Starter]:
    """Yield what starts receivers, on a folder in *place*; end them all."""
    (place / "folder").mkdir()
    starter = Starter(place / "folder", place / "home")
    try:
        yield starter
    finally:
        for each in starter.started:
            each.kill()
            each.communicate()


def port_of(process: Process) -> int:
    """Return the port a receiver says it listens at, once it does."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"receiving as .* port ([0-9]+)", line):
            return int(found[1])
    raise AssertionError("it does not receive")


def associated(
    station: Station, *contexts: tuple[str, str], peer: str = PEER, called: str = TITLE
) -> Any:
    device = AE(ae_title=peer)
    for each in contexts:
        device.add_requested_context(*each)
    return device.associate("127.0.0.1", station.port, ae_title=called)


def an_image(instance: str = INSTANCE, study: str = STUDY, pixels: bytes = b"\0" * 100) -> bytes:
    """Return an encoded dataset of the canary."""
    return b"".join(
        [
            element(0x00080018, b"UI", instance.encode()),
            element(0x00100010, b"PN", CANARY["name"].encode()),
            element(0x00100020, b"LO", CANARY["id"].encode()),
            element(0x0020000D, b"UI", study.encode()),
            element(0x7FE00010, b"OB", pixels),
        ]
    )


def store(
    association: Any,
    dataset: bytes,
    instance: str = INSTANCE,
    *,
    kind: str = CT,
    syntax: str = EXPLICIT,
) -> int | None:
    """Send bytes as they are, which no toolkit's public call does; return the status."""
    request = C_STORE()
    request.MessageID = 1
    request.AffectedSOPClassUID = UID(kind)
    request._affected_sop_instance_uid = UID(instance)  # hostile ones too
    request.Priority = 2
    request.DataSet = BytesIO(dataset)
    context = next(
        each
        for each in association.accepted_contexts
        if (each.abstract_syntax, each.transfer_syntax[0]) == (kind, syntax)
    )
    association._reactor_checkpoint.clear()  # the answer is ours, not its thread's
    while not association._is_paused and association.is_alive():
        time.sleep(0.001)
    association.dimse.send_msg(request, context.context_id)
    _, answer = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    return None if answer is None else int(answer.Status)


def sent(station: Station, dataset: bytes, instance: str = INSTANCE) -> int | None:
    """Send one image as a device does; return the status."""
    association = associated(station, (CT, EXPLICIT))
    try:
        return store(association, dataset, instance)
    finally:
        association.release()


def dataset_of(file: bytes) -> bytes:
    """Return a file without its preamble and file meta information (PS3.10, 7.1)."""
    if file[128:136] != b"DICM\2\0\0\0":
        raise ValueError("the file does not say how long its meta information is")
    return file[144 + int.from_bytes(file[140:144], "little") :]


def kept_by_name(station: Station) -> dict[str, bytes]:
    """Return every dataset that is kept, by its SOP instance."""
    return {Path(path).stem: dataset_of(file) for path, file in station.images().items()}


def give_up(association: Any) -> None:
    """End an association whose receiver was killed."""
    association.join(SECONDS)  # it sees the connection end
    _close(association)


def leave(association: Any) -> None:
    """Release an association that may be hearing a report."""
    time.sleep(0.2)  # pynetdicom would release it in the midst of an answer
    association.release()
    association.join(SECONDS)
    _close(association)


def _close(association: Any) -> None:
    """Close the socket, which pynetdicom forgets when its peer was faster."""
    if (left := association.dul.socket.socket) is not None:
        left.close()
