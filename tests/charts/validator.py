"""
FHIR R4 as somebody else knows it: npm's ``fhir`` (Lantana), with R4's profiles and value sets.

It runs offline once the package is in build/npm, as axe-core does for pages.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from infra.assets import FHIR, unpacked

SCRIPT = """
const { Fhir } = require(process.argv[1]);
const judge = new Fhir();
const sent = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = sent.map((each) => judge.validate(each, { errorOnUnexpected: true }).messages);
process.stdout.write(JSON.stringify(found));
"""


def complaints(*resources: str) -> list[list[str]]:
    """Return what the validator holds against each of *resources*, which are JSON."""
    node = shutil.which("node")
    assert node, "Node.js is missing: npm, which make setup needs, comes with it"
    sent = f"[{','.join(resources)}]"
    command = [node, "-e", SCRIPT, str(unpacked(FHIR) / "fhir.js")]
    ran = subprocess.run(command, input=sent, capture_output=True, text=True, check=True)
    judged: list[list[dict[str, Any]]] = json.loads(ran.stdout)
    return [[_said(each) for each in messages if _counts(each)] for messages in judged]


def _counts(message: dict[str, Any]) -> bool:
    return message["severity"] in {"error", "fatal"}


def _said(message: dict[str, Any]) -> str:
    return f"{message.get('location')}: {message.get('message')}"
