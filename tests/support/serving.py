"""Servers on loopback that live as long as a test needs them, and an agent that one knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseServer
from threading import Thread
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.machine.home import Home, Identity

S = TypeVar("S", bound=BaseServer)


@contextmanager
def serving(server: S) -> Iterator[S]:
    """Let *server* serve, and end."""
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def enrolled(directory: Path, service: str) -> Home:
    """Return the home of an agent that the service at that address knows."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = Home(directory)
    home.keep_key(Ed25519PrivateKey.generate())
    home.keep_identity(Identity(service, "agent-1", "facility-1"))
    return home
