"""A proxy before an S3 that counts requests and bytes; for rounds nobody times."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from bench.agent.servers import Storage
from infra.local.engine import free_port

BLOCK_BYTES = 2**18
HEAD_BYTES = 2**16


@dataclass
class Counted:
    """
    Attributes:
        requests: How many, by method.
        bytes_up, bytes_down: Heads included.
    """

    requests: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def taken(self) -> Counted:
        """Return what was counted, and begin at nothing."""
        so_far = replace(self, requests=Counter(self.requests))
        self.requests.clear()
        self.connections = self.bytes_up = self.bytes_down = 0
        return so_far


@contextmanager
def counted(storage: Storage) -> Iterator[tuple[Storage, Counted]]:
    """Yield *storage* as it is reached through the proxy, and what is counted there."""
    port, count = free_port(), Counted()
    behind = urlsplit(storage.endpoint)
    assert behind.port is not None
    proxy = _Proxy(count, behind.port)
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        server = runner.run(
            asyncio.start_server(proxy.connected, "127.0.0.1", port, limit=HEAD_BYTES)
        )
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield replace(storage, endpoint=f"http://127.0.0.1:{port}"), count
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()


class _Proxy:
    def __init__(self, count: Counted, port: int) -> None:
        self._count, self._port = count, port

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count.connections += 1
        back, there = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await asyncio.gather(self._up(reader, there), self._down(back, writer))
        except (ConnectionError, asyncio.CancelledError):
            pass  # one of the two has hung up, or the count is over
        finally:
            there.close()
            writer.close()

    async def _up(self, reader: asyncio.StreamReader, there: asyncio.StreamWriter) -> None:
        """Pass requests on, one after the other: a head, and a body of the length it tells."""
        while head := await _head(reader):
            self._count.requests[head.partition(b" ")[0].decode()] += 1
            self._count.bytes_up += len(head)
            there.write(head)
            left = _length(head)
            while left:
                block = await reader.read(min(left, BLOCK_BYTES))
                if not block:
                    break
                left -= len(block)
                self._count.bytes_up += len(block)
                there.write(block)
                await there.drain()
        there.write_eof()

    async def _down(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while block := await back.read(BLOCK_BYTES):
            self._count.bytes_down += len(block)
            writer.write(block)
            await writer.drain()
        writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def _length(head: bytes) -> int:
    """Return the length of a request's body; raises RuntimeError when it tells none."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
        if name.lower() == b"transfer-encoding":
            raise RuntimeError("the proxy counts bodies with a length only")
    return 0
