"""The application entity: who may connect, and what is spoken."""

from __future__ import annotations

import logging
import warnings

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, _config
from pynetdicom.presentation import NonPatientObjectPresentationContexts

from hokan_agent.receiving.commitment import PUSH_MODEL
from hokan_agent.receiving.station import Station

VERIFICATION = "1.2.840.10008.1.1"  # C-ECHO
PDU_BYTES = 2**17


def entity_of(station: Station) -> AE:
    """Return the application entity that known devices may send to."""
    entity = AE(ae_title=station.title)
    entity.require_calling_aet = sorted(station.peers)
    entity.require_called_aet = True
    entity.maximum_associations = station.associations
    entity.maximum_pdu_size = PDU_BYTES
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = station.timeout
    entity.add_supported_context(VERIFICATION)
    entity.add_supported_context(PUSH_MODEL)
    for each in NonPatientObjectPresentationContexts:  # the others are taken unlisted: set_up
        entity.add_supported_context(str(each.abstract_syntax), ALL_TRANSFER_SYNTAXES)
    return entity


def set_up() -> None:
    """Have the libraries take every storage class and syntax, and quote no patients' data."""
    _config.UNRESTRICTED_STORAGE_SERVICE = True
    _config.LOG_HANDLER_LEVEL = "none"
    for name in ("pydicom", "pynetdicom"):
        logging.getLogger(name).disabled = True
    warnings.simplefilter("ignore")
