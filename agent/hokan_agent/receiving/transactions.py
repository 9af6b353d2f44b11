"""Transactions that wait for their answer, on disk: a receiver that was killed knows them again."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

from hokan_agent.errors import AgentError
from hokan_agent.machine.disk import UNFINISHED, write_whole
from hokan_agent.receiving.commitment import Image, Transaction

MOST = 10_000  # some 100 bytes an image each: devices cannot fill the disk with questions
WHOLE = ".json"


class Full(AgentError):
    """More questions wait than are kept."""


class Transactions:
    """A folder with a file each; for use by many threads of one process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> list[Transaction]:
        """Return those that an earlier receiver left; remove what it left half.  OSError."""
        for each in self._folder.glob("*" + UNFINISHED):
            each.unlink()
        left = (_read(each) for each in sorted(self._folder.glob("*" + WHOLE)))
        return [each for each in left if each is not None]

    def keep(self, transaction: Transaction) -> None:
        """Keep a transaction, in place of the same one asked before.  OSError, Full."""
        place = self._place(transaction)
        if not place.exists() and len(list(self._folder.iterdir())) >= MOST:
            raise Full("too many others wait for their answer")
        write_whole(place, _written(transaction))

    def forget(self, transaction: Transaction) -> None:
        """Forget a transaction that was answered.  OSError."""
        self._place(transaction).unlink(missing_ok=True)

    def _place(self, transaction: Transaction) -> Path:
        named = f"{transaction.peer}\\{transaction.uid}"  # neither has a backslash
        return self._folder / (hashlib.sha256(named.encode()).hexdigest() + WHOLE)


def _written(transaction: Transaction) -> bytes:
    told = {
        "peer": transaction.peer,
        "uid": transaction.uid,
        "images": transaction.images,
        "asked_at": transaction.asked_at.isoformat(),
    }
    return json.dumps(told).encode()


def _read(file: Path) -> Transaction | None:
    """Return a transaction; a damaged one is put aside, and its device asks again."""
    try:
        told = json.loads(file.read_text())
        images = tuple(Image(*each) for each in told["images"])
        asked_at = datetime.fromisoformat(told["asked_at"])
        return Transaction(told["peer"], told["uid"], images, asked_at)
    except (ValueError, TypeError, KeyError):
        file.replace(file.with_suffix(".damaged"))
        return None
