"""Answers to devices that ask whether their images are stored: when they are, and never before."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hokan_agent.errors import AgentError
from hokan_agent.log import Log, said
from hokan_agent.receiving.commitment import Transaction, Verdict, Verdicts, answer
from hokan_agent.receiving.proof import Proof
from hokan_agent.receiving.station import Address, Station
from hokan_agent.receiving.telling import tell_at, tell_on
from hokan_agent.receiving.transactions import Transactions
from hokan_agent.wire.web import stopped

LOOK_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
TRIED_FOR = timedelta(hours=24)  # a device that is away hears of failures a day later


@dataclass(slots=True, eq=False)
class Question:
    """
    A transaction that waits for its answer.

    Attributes:
        association: The one it was asked on; None when another receiver was asked.
        due: When it is looked at next, by the monotonic clock.
        is_unheard: The device was told, and did not listen.
    """

    transaction: Transaction
    association: Any = None
    tries: int = 0
    due: float = 0.0
    is_unheard: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the device is still on the association it asked on."""
        return self.association is not None and bool(self.association.is_established)

    def postpone(self) -> None:
        pause = min(FIRST_PAUSE_SECONDS * 2.0**self.tries, LONGEST_PAUSE_SECONDS)
        self.due = time.monotonic() + pause
        self.tries += 1


class Answering:
    """
    Answers one question after the other, on one thread.

    Args:
        within: How long an image may take to be stored; then it is told as failed.

    Raises:
        OSError: What an earlier receiver left cannot be read.
    """

    def __init__(
        self,
        transactions: Transactions,
        proof: Proof,
        station: Station,
        within: timedelta,
        log: Log,
    ) -> None:
        self._transactions, self._proof = transactions, proof
        self._station, self._within, self._log = station, within, log
        self._questions = {(each.peer, each.uid): Question(each) for each in transactions.open()}
        self._lock = threading.Lock()
        self._asked = threading.Event()

    def ask(self, transaction: Transaction, association: Any) -> None:
        """Keep a question for an answer later.  OSError, Full."""
        with self._lock:
            self._transactions.keep(transaction)
            self._questions[transaction.peer, transaction.uid] = Question(transaction, association)
        self._asked.set()

    def run(self) -> None:
        """Answer until the run is to end."""
        while not stopped.is_set():
            try:
                self._round()
            except OSError as error:  # what was answered cannot be forgotten: it is told again
                self._log.trouble(f"storage commitment: {said(error)}")
            self._asked.wait(LOOK_SECONDS)
            self._asked.clear()

    def end(self) -> None:
        """Wake the thread, to see that the run is to end."""
        self._asked.set()

    def _due(self) -> list[Question]:
        now = time.monotonic()
        with self._lock:
            return [each for each in self._questions.values() if each.due <= now]

    def _round(self) -> None:
        """Look at what is due; a device that does not listen is left alone for this round."""
        deaf: set[str] = set()
        for each in self._due():
            if stopped.is_set():
                return
            peer = each.transaction.peer
            if lost := self._lost(each):
                self._log.trouble(f"{peer}: storage commitment is not answered: {lost}")
                self._forget(each)
            elif peer in deaf or (verdicts := self._decided(each)) is None:
                each.postpone()
            elif self._told(each, verdicts):
                self._log.tell(f"{peer}: storage commitment: {_counted(verdicts)}")
                self._forget(each)
            else:
                if not each.is_unheard:
                    self._log.trouble(f"{peer}: it cannot be told now, and is tried again")
                deaf.add(peer)
                each.is_unheard = True
                each.postpone()

    def _lost(self, question: Question) -> str:
        """Return why nobody can be told any more, or nothing."""
        if _age(question) > self._within + TRIED_FOR:
            return "the device did not listen for a day"
        if self._address(question) is None and not question.is_open:
            return "the device has left, and where it listens is not known (--peer AE=HOST:PORT)"
        return ""

    def _decided(self, question: Question) -> Verdicts | None:
        """Return what became of every image, or None while one of them may still be stored."""
        is_late = _age(question) > self._within
        try:
            verdicts = self._proof.of(question.transaction.images)
        except (AgentError, OSError) as error:
            if is_late or not question.tries:
                self._log.trouble(f"storage commitment has to wait: {said(error)}")
            verdicts = dict.fromkeys(question.transaction.images, Verdict.WAITING)
        return verdicts if is_late or Verdict.WAITING not in verdicts.values() else None

    def _told(self, question: Question, verdicts: Verdicts) -> bool:
        """Tell the device; return whether it has understood."""
        event, told = answer(question.transaction, verdicts)
        peer, address = question.transaction.peer, self._address(question)
        try:
            if question.is_open and tell_on(question.association, event, told):
                return True
            return address is not None and tell_at(self._station, peer, address, event, told)
        except Exception:  # noqa: BLE001 - nothing about one device concerns the others
            return False

    def _address(self, question: Question) -> Address | None:
        return self._station.peers.get(question.transaction.peer)

    def _forget(self, question: Question) -> None:
        """Forget a question, unless the device has asked it anew meanwhile."""
        key = question.transaction.peer, question.transaction.uid
        with self._lock:
            if self._questions[key] is question:
                del self._questions[key]
                self._transactions.forget(question.transaction)


def _age(question: Question) -> timedelta:
    return datetime.now(UTC) - question.transaction.asked_at


def _counted(verdicts: Verdicts) -> str:
    counts = Counter(verdicts.values())
    return ", ".join(f"{counts[each]} {each.said}" for each in Verdict if counts[each])
