"""What the machine itself needs for the same bytes: read, SHA-256, loopback, and the disk."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.agent.trees import files_of

BLOCK_BYTES = 2**20


def floors(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Yield (what, wall, CPU) in seconds for all bytes of *folder*; the first look warms up."""
    _read(folder)
    yield "read", *_timed(lambda: _read(folder))
    yield "read and SHA-256", *_timed(lambda: _hash(folder))
    yield "read and send (loopback, sender's CPU)", *_timed(lambda: _send(folder))
    with tempfile.TemporaryDirectory(dir=folder.parent) as copies:
        yield (
            "write and fsync, file by file, 4 threads",
            *_timed(lambda: _sync(folder, copies), time.process_time),
        )


def _timed(
    work: Callable[[], None], cpu_clock: Callable[[], float] = time.thread_time
) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), cpu_clock()
    work()
    return time.perf_counter() - wall, cpu_clock() - cpu


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


def _sync(folder: Path, copies: str) -> None:
    def copied(numbered: tuple[int, Path]) -> None:
        number, file = numbered
        with Path(copies, str(number)).open("wb", buffering=0) as copy:
            copy.write(file.read_bytes())
            os.fsync(copy.fileno())

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(copied, enumerate(files_of(folder))))


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
