"""What storage gives back is written as it came, whatever headers come with it."""

from __future__ import annotations

import hashlib
import http.server
import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hokan_agent.download.restore import Damaged, Restore
from hokan_agent.wire.web import Web

BODY = b"no gzip, whatever its sender said"


class Storage(http.server.BaseHTTPRequestHandler):
    """Gives BODY, with a header that an upload brought along."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Storage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/object"
        server.shutdown()
        thread.join()


class Sink(io.BytesIO):
    """A file that lives in memory, except that it can be synced."""

    def fileno(self) -> int:
        return 1


@pytest.fixture
def restore(monkeypatch: pytest.MonkeyPatch) -> Iterator[Restore]:
    monkeypatch.setattr("os.fsync", lambda _: None)
    web = Web()
    service: Any = None  # nobody is asked
    yield Restore(web, service, workers=1)
    web.close()


def test_bytes_are_not_decoded_by_a_header_that_somebody_brought_along(
    restore: Restore, url: str
) -> None:
    output = Sink()
    restore._copy(url, {"sha256": hashlib.sha256(BODY).hexdigest()}, output)
    assert output.getvalue() == BODY


def test_other_bytes_than_those_asked_for_are_damaged(restore: Restore, url: str) -> None:
    with pytest.raises(Damaged):
        restore._copy(url, {"sha256": hashlib.sha256(b"others").hexdigest()}, Sink())
