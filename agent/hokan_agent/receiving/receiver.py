"""
`hokan-agent receive`: a DICOM Storage SCP (PS3.4, B) that keeps what it is sent as it was sent.

Nothing is decoded.  A device is told "success" when the disk has its image, not before.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, _config, evt
from pynetdicom.dsutils import encode_file_meta
from pynetdicom.presentation import NonPatientObjectPresentationContexts

from hokan_agent.errors import AgentError
from hokan_agent.log import Log, said
from hokan_agent.receiving.identifiers import checked, study_of
from hokan_agent.receiving.inbox import Inbox, Kept
from hokan_agent.wire.web import stopped

VERIFICATION = "1.2.840.10008.1.1"  # C-ECHO
SUCCESS, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000  # PS3.4, B.2.3
IMPLEMENTATION = "2.25.2416789190909821883890342691434296314"  # constant: the same image again
VERSION = "HOKAN"  # ... is the same file again
PREAMBLE = b"\0" * 128 + b"DICM"
PDU_BYTES = 2**17


@dataclass(frozen=True, slots=True)
class Station:
    """
    How devices reach the receiver, and which of them may.

    Attributes:
        peers: The AE titles of those who may send.
        timeout: Seconds after which a silent device is cut off.
    """

    title: str
    peers: frozenset[str]
    address: str
    port: int
    associations: int
    timeout: float


class Receiver:
    """Takes images into a folder, each association on a thread of its own."""

    def __init__(self, folder: Path, station: Station, log: Log) -> None:
        self._inbox = Inbox(folder)
        self._station, self._log = station, log

    def run(self) -> None:
        """Receive until somebody ends it; raises AgentError."""
        if not self._station.peers:
            raise AgentError(
                "nobody may send: name each device by its AE title with --peer, as an AE title is "
                "all a device shows of itself"
            )
        _set_up()
        with self._inbox.opened():
            entity = _entity(self._station)
            port = self._listen(entity)
            where = f"{self._station.address}, port {port}"
            self._log.tell(f"receiving as {self._station.title} at {where}")
            stopped.wait()
            entity.shutdown()
        self._log.tell("ended")

    def _listen(self, entity: AE) -> int:
        """Open the port; return it."""
        handlers: list[Any] = [(evt.EVT_C_STORE, self._store), (evt.EVT_REJECTED, self._rejected)]
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
        self._log.trouble(f"{where}: turned away: an unknown AE title, or too many devices at once")

    def _store(self, event: Any) -> int:
        """Answer a C-STORE request with its status."""
        peer = event.assoc.requestor.ae_title
        try:
            kept = self._kept(event)
        except ValueError as error:
            self._log.trouble(f"{peer}: an image is refused: {error}")
            return CANNOT_UNDERSTAND
        except OSError as error:
            self._log.trouble(f"{peer}: an image cannot be kept: {said(error)}")
            return OUT_OF_RESOURCES
        tell = self._log.trouble if kept is Kept.BESIDE else self._log.tell
        tell(f"{peer}: an image: {kept.value}")
        return SUCCESS

    def _kept(self, event: Any) -> Kept:
        instance = checked(str(event.request.AffectedSOPInstanceUID))
        dataset = event.encoded_dataset(include_meta=False)
        study = study_of(dataset, event.context.transfer_syntax, instance)
        return self._inbox.keep(study, instance, PREAMBLE, _meta(event), dataset)


def _meta(event: Any) -> bytes:
    meta = event.file_meta
    meta.ImplementationClassUID, meta.ImplementationVersionName = IMPLEMENTATION, VERSION
    return encode_file_meta(meta)


def _entity(station: Station) -> AE:
    entity = AE(ae_title=station.title)
    entity.require_calling_aet = sorted(station.peers)
    entity.require_called_aet = True
    entity.maximum_associations = station.associations
    entity.maximum_pdu_size = PDU_BYTES
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = station.timeout
    entity.add_supported_context(VERIFICATION)
    for each in NonPatientObjectPresentationContexts:  # the others are taken unlisted: _set_up
        entity.add_supported_context(str(each.abstract_syntax), ALL_TRANSFER_SYNTAXES)
    return entity


def _set_up() -> None:
    """Have the libraries take every storage class and syntax, and quote no patients' data."""
    _config.UNRESTRICTED_STORAGE_SERVICE = True
    _config.LOG_HANDLER_LEVEL = "none"
    for name in ("pydicom", "pynetdicom"):
        logging.getLogger(name).disabled = True
    warnings.simplefilter("ignore")
