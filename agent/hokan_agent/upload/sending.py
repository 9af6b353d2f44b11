"""Bytes on their way to storage: in one piece, or a large object in parts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from io import FileIO
from typing import Any, NamedTuple

from hokan_agent.errors import Barred, Paused, Refused, Unreachable
from hokan_agent.sources.hashing import Changed, digest_of_part
from hokan_agent.sources.reading import opened
from hokan_agent.wire.pacing import Pacing
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import PASSING, TRIES, Web, go_on, pause

PARTS_A_REQUEST = 100
OK, ALREADY_THERE, EXPIRED = 200, 412, 403
WRONG_BYTES = frozenset({"BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest"})
_CODE = ("<Code>", "</Code>")


class Content(NamedTuple):
    """A content to be sent: where to read it, and what it was when it was hashed."""

    place: bytes
    size: int
    sha256: str


class Sender:
    """
    Sends contents of one batch.

    Args:
        batch_path: The batch's route, ``/targets/.../batches/...``.
        advanced: Told how many bytes have arrived.
    """

    def __init__(
        self, web: Web, service: Service, batch_path: str, advanced: Callable[[int], None]
    ) -> None:
        self._web, self._service = web, service
        self._batch = batch_path
        self._advanced = advanced

    def send(self, content: Content, answer: dict[str, Any]) -> bool:
        """
        Send *content* where *answer* says; return whether bytes had to move.

        Raises:
            Changed: The file is no longer what was announced.
            OSError, Refused, Unreachable: It cannot be read, or not be sent.
        """
        while True:
            try:
                return self._tried(content, answer)
            except Paused:
                self._web.pacing.wait()
                answer = self._fresh(content.sha256)

    def _tried(self, content: Content, answer: dict[str, Any]) -> bool:
        for attempt in range(TRIES):
            if attempt:  # every try deserves a URL of its own
                pause(attempt - 1)
                answer = self._fresh(content.sha256)
            if answer["state"] == "stored":
                return False
            try:
                return self._put(content, answer)
            except (Unreachable, Refused) as error:
                if not is_worth_another_try(error, attempt):
                    raise
                failure = error
        raise failure

    def _fresh(self, sha256: str) -> dict[str, Any]:
        told = self._service.post(f"{self._batch}/urls", {"sha256": [sha256]})
        return dict(told["answers"][0])

    def _put(self, content: Content, answer: dict[str, Any]) -> bool:
        with opened(content.place) as file:
            if os.fstat(file.fileno()).st_size != content.size:
                raise Changed("it changed before it was sent; the next backup will have it")
            put(self._web, answer, _Window(file, 0, content.size, self._web.pacing))
        self._advanced(content.size)
        return True

    # --- in parts ---

    def send_in_parts(self, content: Content, executor: Executor) -> None:
        """Send a large *content*; what arrived in an earlier try is not sent again."""
        path = f"{self._batch}/multipart/{content.sha256}"
        stand = self._service.post(path)
        arrived = set(stand["uploaded"])
        waiting = [each for each in range(1, stand["part_count"] + 1) if each not in arrived]
        self._advanced(min(len(arrived) * stand["part_bytes"], content.size))
        for numbers in _by(PARTS_A_REQUEST, waiting):
            sent = [
                executor.submit(self._send_part, content, path, number, stand["part_bytes"])
                for number in numbers
            ]
            _all_done(sent)
        self._service.post(f"{path}/complete")

    def _send_part(self, content: Content, path: str, number: int, part_bytes: int) -> None:
        while True:
            self._web.pacing.wait()
            try:
                self._part_tried(content, path, number, part_bytes)
            except Paused:
                pass
            else:
                return

    def _part_tried(self, content: Content, path: str, number: int, part_bytes: int) -> None:
        start = (number - 1) * part_bytes
        size = min(part_bytes, content.size - start)
        digest = digest_of_part(content.place, start, size)
        wanted = {"parts": [{"number": number, "size": size, "sha256": digest}]}
        for attempt in range(TRIES):
            if attempt:
                pause(attempt - 1)
                if number in self._service.post(path)["uploaded"]:  # only its answer was lost
                    break
            (answer,) = self._service.post(f"{path}/parts", wanted)["parts"]
            try:
                with opened(content.place) as file:
                    put(self._web, answer, _Window(file, start, size, self._web.pacing))
                break
            except (Unreachable, Refused) as error:
                if not is_worth_another_try(error, attempt):
                    raise
                failure = error
        else:
            raise failure
        self._advanced(size)


def is_worth_another_try(error: Unreachable | Refused, attempt: int) -> bool:
    """Whether the same may work later: a bad line, a busy storage, or once a URL that expired."""
    if isinstance(error, Unreachable):
        return not isinstance(error, Barred)
    if error.status in PASSING:
        return True
    return error.status == EXPIRED and attempt == 0


def put(web: Web, answer: dict[str, Any], body: _Window) -> None:
    """PUT to a presigned URL; bytes that are there already are fine."""
    response = web.request("PUT", answer["url"], answer["headers"], body)
    if response.status in {OK, ALREADY_THERE}:
        return
    code = response.data.decode("utf-8", "replace").partition(_CODE[0])[2].partition(_CODE[1])[0]
    if code in WRONG_BYTES:
        raise Changed("it changed before it was sent; the next backup will have it")
    raise Refused(response.status, "storage-refused", f"storage answered {code or response.status}")


class _Window:
    """A part of a file as HTTP wants a body: read in blocks, never whole, as fast as is allowed."""

    def __init__(self, file: FileIO, start: int, size: int, pacing: Pacing) -> None:
        self._file, self._pacing = file, pacing
        self.size = self._left = size
        file.seek(start)

    def read(self, size: int, /) -> bytes:
        go_on()
        block = self._file.read(min(size, self._pacing.block(), self._left))
        if block:  # what was sent to its end is sent, a pause or not
            self._pacing.pay(len(block))
        self._left -= len(block)
        return block


def _all_done(sent: list[Future[None]]) -> None:
    for each in sent:
        each.result()


def _by(count: int, numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), count):
        yield numbers[start : start + count]
