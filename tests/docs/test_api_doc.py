"""docs/api.md, with docs/dicomweb.md, and the application name the same routes."""

from __future__ import annotations

import re
from pathlib import Path

from chalice.test import Client

from chalicelib.uploads.model import BATCH_ENTRIES, CHUNK_ENTRIES, MULTIPART_BYTES

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = (DOCS / "api.md").read_text() + (DOCS / "dicomweb.md").read_text()
ROUTE = re.compile(r"^\| `(GET|POST|PUT|DELETE|OPTIONS) ([^`]+)` \|", re.MULTILINE)


def test_the_document_names_the_applications_routes_and_no_others(client: Client) -> None:  # noqa: ARG001
    from app import app

    served = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert set(ROUTE.findall(DOCUMENT)) == served


def test_the_document_tells_the_limits_as_they_are() -> None:
    told = (
        f'"chunk_entries": {CHUNK_ENTRIES}, "batch_entries": {BATCH_ENTRIES}, '
        f'"multipart_bytes": {MULTIPART_BYTES}'
    )
    assert told in DOCUMENT
