"""
`hokan-agent receive`: a DICOM Storage SCP (PS3.4, B) that keeps what it is sent as it was sent.

Nothing is decoded.  A device is told "success" when the disk has its image, not before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.dsutils import encode_file_meta

from hokan_agent.errors import AgentError
from hokan_agent.log import Log, said
from hokan_agent.machine.home import Home
from hokan_agent.receiving.answering import Answering
from hokan_agent.receiving.commitment import PUSH_MODEL_INSTANCE, REQUEST, asked
from hokan_agent.receiving.entity import entity_of, set_up
from hokan_agent.receiving.identifiers import checked, study_of
from hokan_agent.receiving.inbox import Inbox, Kept
from hokan_agent.receiving.proof import Proof
from hokan_agent.receiving.station import Station
from hokan_agent.receiving.telling import make_tellable
from hokan_agent.receiving.transactions import Full, Transactions
from hokan_agent.wire.web import stopped

SUCCESS, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000  # PS3.4, B.2.3
NO_SUCH_INSTANCE, INVALID_ARGUMENT, NO_SUCH_ACTION = 0x0112, 0x0115, 0x0123  # PS3.7, C.5
RESOURCE_LIMITATION = 0x0213
IMPLEMENTATION = "2.25.2416789190909821883890342691434296314"  # constant: the same image again
VERSION = "HOKAN"  # ... is the same file again
PREAMBLE = b"\0" * 128 + b"DICM"
END_SECONDS = 5


class Receiver:
    """
    Takes images into a folder, each association on a thread of its own.

    Args:
        within: How long an image may take to be stored, when a device asks for that.
    """

    def __init__(
        self, home: Home, folder: Path, station: Station, within: timedelta, log: Log
    ) -> None:
        self._home, self._folder = home, folder
        self._inbox = Inbox(folder)
        self._station, self._within, self._log = station, within, log

    def run(self) -> None:
        """Receive until somebody ends it; raises AgentError, OSError."""
        if not self._station.peers:
            raise AgentError(
                "nobody may send: name each device by its AE title with --peer, as an AE title is "
                "all a device shows of itself"
            )
        set_up()
        with self._inbox.opened(), self._answering() as answering:
            entity = entity_of(self._station)
            port = self._listen(entity, answering)
            where = f"{self._station.address}, port {port}"
            self._log.tell(f"receiving as {self._station.title} at {where}", "receiving", port=port)
            stopped.wait()
            entity.shutdown()
        self._log.tell("ended", "ended")

    @contextmanager
    def _answering(self) -> Iterator[Answering]:
        """Answer questions about stored images meanwhile, on a thread."""
        transactions = Transactions(self._home.commitments(self._folder))
        proof = Proof(self._home, self._folder, self._inbox)
        answering = Answering(transactions, proof, self._station, self._within, self._log)
        thread = threading.Thread(target=answering.run, daemon=True)
        thread.start()
        try:
            yield answering
        finally:
            stopped.set()
            answering.end()
            thread.join(END_SECONDS)  # a mute device does not keep it: the question is on disk

    def _listen(self, entity: AE, answering: Answering) -> int:
        """Open the port; return it."""
        handlers: list[Any] = [
            (evt.EVT_C_STORE, self._store),
            (evt.EVT_N_ACTION, self._ask, [answering]),
            (evt.EVT_REJECTED, self._rejected),
        ]
        try:
            server: Any = entity.start_server(
                (self._station.address, self._station.port), block=False, evt_handlers=handlers
            )
        except OSError as error:
            where = f"{self._station.address}, port {self._station.port}"
            raise AgentError(f"{where} cannot be listened at: {error.strerror}") from None
        return int(server.socket.getsockname()[1])

    def _rejected(self, event: Any) -> None:
        where = event.assoc.remote["address"]
        why = "turned away: an unknown AE title, or too many devices at once"
        self._log.trouble(f"{where}: {why}", "turned-away", address=where)

    def _store(self, event: Any) -> int:
        """Answer a C-STORE request with its status."""
        peer = event.assoc.requestor.ae_title
        try:
            kept = self._kept(event)
        except ValueError as error:
            self._log.trouble(f"{peer}: an image is refused: {error}", "refused", peer=peer)
            return CANNOT_UNDERSTAND
        except OSError as error:
            self._log.trouble(
                f"{peer}: an image cannot be kept: {said(error)}", "not-kept", peer=peer
            )
            return OUT_OF_RESOURCES
        tell = self._log.trouble if kept is Kept.BESIDE else self._log.tell
        tell(f"{peer}: an image: {kept.value}", "kept", peer=peer, how=kept.name.lower())
        return SUCCESS

    def _ask(self, event: Any, answering: Answering) -> tuple[int, None]:
        """Answer a request for storage commitment (PS3.4, J.3.2) with its status."""
        peer, request = event.assoc.requestor.ae_title, event.request
        if request.RequestedSOPInstanceUID != PUSH_MODEL_INSTANCE:
            return NO_SUCH_INSTANCE, None
        if request.ActionTypeID != REQUEST:
            return NO_SUCH_ACTION, None
        try:
            transaction = asked(peer, _information(event), datetime.now(UTC))
            make_tellable(event.assoc)
            answering.ask(transaction, event.assoc)
        except ValueError as error:
            self._log.trouble(f"{peer}: storage commitment is refused: {error}")
            return INVALID_ARGUMENT, None
        except (OSError, Full) as error:
            self._log.trouble(f"{peer}: storage commitment is refused: {said(error)}")
            return RESOURCE_LIMITATION, None
        self._log.tell(f"{peer}: storage commitment is asked for: {len(transaction.images)}")
        return SUCCESS, None

    def _kept(self, event: Any) -> Kept:
        instance = checked(str(event.request.AffectedSOPInstanceUID))
        dataset = event.encoded_dataset(include_meta=False)
        study = study_of(dataset, event.context.transfer_syntax, instance)
        return self._inbox.keep(study, instance, PREAMBLE, _meta(event), dataset)


def _information(event: Any) -> Any:
    """Return the dataset of a request; raises ValueError."""
    try:
        return event.action_information
    except Exception:  # noqa: BLE001 - pydicom meets hostile bytes here
        raise ValueError("the request cannot be read") from None


def _meta(event: Any) -> bytes:
    meta = event.file_meta
    meta.ImplementationClassUID, meta.ImplementationVersionName = IMPLEMENTATION, VERSION
    return encode_file_meta(meta)
