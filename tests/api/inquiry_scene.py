"""Bodies for the routes by which a facility asks, and what of it is one person's."""

from __future__ import annotations

from typing import Any

OWN = "/inquiries/{inquiry_id}"
DOCTORS = {OWN, f"{OWN}/replies", f"{OWN}/close", f"{OWN}/files/{{file_id}}"}  # who filed it
REFUSED_NOW = {f"{OWN}/withdraw"}  # it was collected


def inquiry_bodies() -> dict[str, dict[str, Any]]:
    return {
        "/inquiry-files": {"name": "report.pdf", "size_bytes": 1, "sha256": "0" * 64},
        "/inquiries": {"kind": "question", "subject": "A picture is dark", "text": "Why?"},
        f"{OWN}/replies": {"text": "It is about the second one"},
    }
