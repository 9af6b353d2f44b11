"""`hokan-agent enrol`: a key, and an identity for a one-time code."""

from __future__ import annotations

import argparse
import socket

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.machine import environment
from hokan_agent.machine.home import Home
from hokan_agent.report import COMPLETE
from hokan_agent.wire.service import enrol
from hokan_agent.wire.web import Web

EXAMPLES = (
    "hokan-agent enrol ABCDE-12345 --service https://hokan.example/api",
    "hokan-agent enrol ABCDE-12345 --service https://hokan.example/api --name PC7",
)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("code", metavar="CODE", help="from your facility's administrator")
    command.add_argument("--service", required=True, metavar="URL", help="https://.../api")
    command.add_argument("--name", default=socket.gethostname(), help="how staff shall know it")
    command.add_argument(
        "--keyring", action="store_true", help="keep the key in the OS keyring, not in a file"
    )


def run(home: Home, options: argparse.Namespace) -> int:
    """Make a key and have the service know it."""
    with home.locked():
        home.refuse_if_enrolled()
        key = Ed25519PrivateKey.generate()
        home.keep_key(key, in_keyring=options.keyring)
        identity = enrol(Web(), options.service, options.code, options.name, key)
        home.keep_identity(identity._replace(in_keyring=options.keyring))
        environment.keep(home)
    where = "this user's keyring" if options.keyring else home.directory
    print(f"enrolled as {identity.agent_id}; its key is in {where} and leaves it never")
    return COMPLETE
