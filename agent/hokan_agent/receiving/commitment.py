"""
Storage commitment (DICOM PS3.4, J): what a device asks, and what it is answered.

A device that is told that its images are committed may delete them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from hokan_agent.receiving.identifiers import checked

PUSH_MODEL = "1.2.840.10008.1.20.1"  # the SOP class, and its only instance
PUSH_MODEL_INSTANCE = "1.2.840.10008.1.20.1.1"
REQUEST = 1  # the action
ALL_COMMITTED, SOME_FAILED = 1, 2  # the events


class Image(NamedTuple):
    """An image as a device names it: SOP class and SOP instance."""

    kind: str
    instance: str


class Verdict(Enum):
    """What is known of an image; of those not committed, the reason (PS3.3, C.14.1.1)."""

    COMMITTED = 0x0000, "stored"
    WAITING = 0x0110, "not stored"  # processing failure, if it lasts
    MISSING = 0x0112, "never received"  # no such object instance
    OTHER_CLASS = 0x0119, "of another class"  # class / instance conflict

    def __init__(self, reason: int, said: str) -> None:
        self.reason, self.said = reason, said


Verdicts = Mapping[Image, Verdict]


class Transaction(NamedTuple):
    """A device's question whether images are stored for good."""

    peer: str
    uid: str
    images: tuple[Image, ...]
    asked_at: datetime


def asked(peer: str, information: Any, at: datetime) -> Transaction:
    """Return what the dataset of a request asks; raises ValueError when it asks nothing."""
    try:
        uid = checked(str(information.TransactionUID))
        images = tuple(
            Image(
                checked(str(each.ReferencedSOPClassUID)),
                checked(str(each.ReferencedSOPInstanceUID)),
            )
            for each in information.ReferencedSOPSequence
        )
    except Exception:  # noqa: BLE001 - pydicom meets hostile bytes here
        raise ValueError("the request cannot be read") from None
    if not images:
        raise ValueError("the request names no image")
    return Transaction(peer, uid, images, at)


def answer(transaction: Transaction, verdicts: Verdicts) -> tuple[int, Any]:
    """Return the event that answers a transaction, and its dataset."""
    from pydicom.dataset import Dataset

    committed, failed = [], []
    for image in dict.fromkeys(transaction.images):
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image
        verdict = verdicts[image]
        if verdict is Verdict.COMMITTED:
            committed.append(item)
        else:
            item.FailureReason = verdict.reason
            failed.append(item)
    told = Dataset()
    told.TransactionUID = transaction.uid
    if committed:
        told.ReferencedSOPSequence = committed
    if failed:
        told.FailedSOPSequence = failed
    return (SOME_FAILED if failed else ALL_COMMITTED), told
