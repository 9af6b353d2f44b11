"""A service that answers the agent's doctor, on loopback, in the clear or by TLS."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.support.serving import serving


class Answering(ThreadingHTTPServer):
    """A service on loopback, with a clock of its own."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ahead = timedelta()
        self.scheme = "http"
        self.agent: tuple[int, dict[str, Any]] = (200, {"targets": []})
        self.checks_clock = False
        self.posted: dict[str, Any] = {"agent_id": "agent-1", "facility_id": "facility-1"}
        self.enrolled = 0
        self.headers: list[dict[str, str]] = []  # of each request

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """A handshake that a test breaks off is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_GET(self) -> None:
        self.server.headers.append(dict(self.headers))
        if not self._is_refused():
            self._answer(*(self.server.agent if self.path == "/api/agent" else (200, {})))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.enrolled += self.path == "/api/agents"
        if not self._is_refused():
            self._answer(201, self.server.posted)

    def _is_refused(self) -> bool:
        """Refuse what is signed with another time than ours, as the service does."""
        signed = re.search(r"created=(\d+)", self.headers.get("Signature-Input", ""))
        now = self.server.now
        if not (
            self.server.checks_clock and signed and abs(int(signed[1]) - now.timestamp()) > 300
        ):
            return False
        self._answer(401, {"type": "x/clock-skew", "service_time": now.isoformat()})
        return True

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002
        return super().date_time_string(self.server.now.timestamp())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def encrypted(folder: Path, *, days: float = 90, name: str = "127.0.0.1") -> Iterator[Answering]:
    """Serve with a certificate that signs itself; it lies in *folder* as ca.pem."""
    server = Answering()
    server.scheme = "https"
    server.socket = _context(folder, days, name).wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield server


def _context(folder: Path, days: float, name: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Clinic")])
    until = datetime.now(UTC) + timedelta(days=days)
    is_address = name.replace(".", "").isdigit()
    held = x509.IPAddress(IPv4Address(name)) if is_address else x509.DNSName(name)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(until - timedelta(days=365))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([held]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    (folder / "ca.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context
