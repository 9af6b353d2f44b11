"""What the machine itself needs for the same bytes, on one thread: read, SHA-256, loopback."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.agent.trees import files_of

BLOCK_BYTES = 2**20


def floors(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Yield (what, wall, CPU) in seconds for all bytes of *folder*; the first look warms up."""
    _read(folder)
    yield "read", *_timed(lambda: _read(folder))
    yield "read and SHA-256", *_timed(lambda: _hash(folder))
    yield "read and send (loopback, sender's CPU)", *_timed(lambda: _send(folder))


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - wall, time.thread_time() - cpu


def _read(folder: Path) -> None:
    for _ in _blocks(folder):
        pass


def _hash(folder: Path) -> None:
    digest = hashlib.sha256()
    for block in _blocks(folder):
        digest.update(block)


def _send(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        sink = threading.Thread(target=_swallow, args=(server,))
        sink.start()
        with socket.create_connection(server.getsockname()) as line:
            for block in _blocks(folder):
                line.sendall(block)
        sink.join()


def _swallow(server: socket.socket) -> None:
    line, _ = server.accept()
    room = bytearray(BLOCK_BYTES)
    with line:
        while line.recv_into(room):
            pass


def _blocks(folder: Path) -> Iterator[memoryview]:
    room = memoryview(bytearray(BLOCK_BYTES))
    for each in files_of(folder):
        with each.open("rb", buffering=0) as file:
            while size := file.readinto(room):
                yield room[:size]
