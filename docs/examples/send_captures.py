"""
Send pictures from a device into somebody's buffer, as docs/api.md ("Captures") tells.

    pip install cryptography http-message-signatures
    python3 send_captures.py enrol https://HOST/api CODE "Endoscope 3"
    python3 send_captures.py send IMG0001.JPG IMG0002.JPG

The device's key and name are kept in ./camera.json.  A picture that is safe is noted there, too:
asked again after a broken link or a flat battery, the command sends what is not safe yet.
Exit status: 0 all are safe, 1 something is not (a line each says why; try again later).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

EXIT_SAFE, EXIT_NOT_SAFE = 0, 1
TRIES = 6
FIRST_PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 60
PASSING = {0, 409, 429, 500, 502, 503, 504}  # what waiting may change; 0: no answer
KINDS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".heic": "image/heic",
    ".dcm": "application/dicom",
}


class Failed(Exception):
    """The service refused, or did not answer; *status* is 0 then."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}" if status else code)
        self.status, self.code = status, code


@dataclass
class Message:
    """A request in the shape the signature library signs."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class Keys(HTTPSignatureKeyResolver):
    """The device's one key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:  # noqa: ARG002
        return self.key


class Camera:
    """What this device is to the service, kept in a file."""

    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self.known: dict[str, Any] = json.loads(kept.read_text())
        raw = base64.b64decode(self.known["key"])
        self.signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519,
            key_resolver=Keys(Ed25519PrivateKey.from_private_bytes(raw)),
        )

    def is_safe(self, client_id: str) -> bool:
        return client_id in self.known["safe"]

    def note_safe(self, client_id: str) -> None:
        """Remember it, so that a later run need not ask."""
        self.known["safe"].append(client_id)
        write(self.kept, self.known)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask the service; raises Failed."""
        url, sent = self.known["service"] + path, json.dumps(body or {}).encode()
        message = Message("POST", url, {"Content-Type": "application/json"})
        self.signer.sign(
            message,
            key_id=self.known["camera_id"],
            created=datetime.now(UTC),
            nonce=secrets.token_urlsafe(16),
            label="hokan",
            tag="hokan-agent",
            covered_component_ids=("@method", "@path"),  # it adds content-digest for the body
            body=sent,
        )
        return ask(urllib.request.Request(url, sent, message.headers, method="POST"))  # noqa: S310 - the service's


def write(kept: Path, known: dict[str, Any]) -> None:
    """Write the file at once or not at all, for its owner only."""
    unfinished = kept.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(known))
    unfinished.replace(kept)


def ask(request: urllib.request.Request) -> dict[str, Any]:
    """Return the JSON of an answer, or nothing where there is no body; raises Failed."""
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            told = answer.read()
    except urllib.error.HTTPError as error:
        raise Failed(error.code, code_of(error.read())) from None
    except OSError:
        raise Failed(0, "no-answer") from None
    return dict(json.loads(told)) if told else {}


def code_of(body: bytes) -> str:
    """Return the code of a problem (RFC 9457)."""
    try:
        return str(json.loads(body)["type"]).rpartition("/")[2]
    except (ValueError, KeyError, TypeError):
        return "refused"


def enrol(kept: Path, service: str, code: str, name: str) -> None:
    """Make a key, and have the service know it by a one-time code; raises Failed."""
    key = Ed25519PrivateKey.generate()
    public_key = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    body = json.dumps({"code": code, "name": name, "public_key": public_key}).encode()
    headers = {"Content-Type": "application/json"}
    told = ask(urllib.request.Request(f"{service}/cameras", body, headers, method="POST"))  # noqa: S310
    secret = base64.b64encode(key.private_bytes_raw()).decode()
    known = {"service": service, "camera_id": told["camera_id"], "key": secret, "safe": []}
    write(kept, known)


def send(camera: Camera, picture: Path) -> None:
    """Send one picture until it is safe; raises Failed when it is refused or tries are used up."""
    body = picture.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    if camera.is_safe(digest):
        return
    wanted = {
        "client_id": digest,
        "sha256": digest,
        "size_bytes": len(body),
        "media_type": KINDS.get(picture.suffix.lower(), "image/jpeg"),
        "taken_at": datetime.fromtimestamp(picture.stat().st_mtime, UTC).isoformat(),
    }
    for attempt in range(TRIES):
        try:
            send_once(camera, wanted, body)
        except Failed as failure:
            if failure.status not in PASSING or attempt == TRIES - 1:
                raise
            time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
        else:
            camera.note_safe(digest)
            return


def send_once(camera: Camera, wanted: dict[str, Any], body: bytes) -> None:
    """Announce, put, and have the service look; each announcement brings a fresh address."""
    told = camera.post("/captures", wanted)
    if told["state"] == "safe":
        return
    try:
        ask(urllib.request.Request(told["url"], body, told["headers"], method="PUT"))  # noqa: S310
    except Failed as failure:
        if failure.status != 412:  # 412: it is there already
            raise Failed(0, "not-put") from None  # the address may have grown old
    camera.post(f"/captures/{told['capture_id']}/arrived")


def main(arguments: Sequence[str] | None = None) -> int:
    """Enrol, or send."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1] if __doc__ else "")
    parser.add_argument("--kept", type=Path, default=Path("camera.json"), help="key and progress")
    commands = parser.add_subparsers(dest="command", required=True)
    enrolling = commands.add_parser("enrol", help="let the service know this device")
    for name in ("service", "code", "name"):
        enrolling.add_argument(name)
    sending = commands.add_parser("send", help="send pictures that are not safe yet")
    sending.add_argument("pictures", nargs="+", type=Path)
    asked = parser.parse_args(arguments)
    if asked.command == "enrol":
        return enrolled(asked.kept, asked.service.rstrip("/"), asked.code, asked.name)
    if not asked.kept.exists():
        print(f"{asked.kept} is not there: enrol this device first")
        return EXIT_NOT_SAFE
    camera = Camera(asked.kept)
    are_safe = [is_sent(camera, each) for each in asked.pictures]
    return EXIT_SAFE if all(are_safe) else EXIT_NOT_SAFE


def enrolled(kept: Path, service: str, code: str, name: str) -> int:
    """Enrol, and say why if it does not succeed."""
    try:
        enrol(kept, service, code, name)
    except Failed as failure:
        print(f"not enrolled: {failure}")
        return EXIT_NOT_SAFE
    return EXIT_SAFE


def is_sent(camera: Camera, picture: Path) -> bool:
    """Send a picture, and say how it went."""
    try:
        send(camera, picture)
    except (Failed, OSError) as failure:
        print(f"{picture}: not safe: {failure}")
        return False
    print(f"{picture}: safe")
    return True


if __name__ == "__main__":
    sys.exit(main())
