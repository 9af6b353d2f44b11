"""Files as a chunk declares them (docs/api.md), and as the cache keeps them till then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hokan_agent.sources.scan import Found
from hokan_agent.sources.sidecars import Examination

Said = tuple[Found, Examination | None]  # a file, and what a sidecar says about it


class Entry(NamedTuple):
    """A file as it was declared, and the statement that came with it."""

    found: Found
    sha256: str
    said: str

    def kept(self) -> list[Any]:
        """Return it as JSON has it."""
        return [*self.found, self.sha256, self.said]

    @classmethod
    def kept_before(cls, kept: list[Any]) -> Entry:
        """Return what :meth:`kept` was made of."""
        *found, sha256, said = kept
        return cls(Found(*found), sha256, said)


def fingerprint(said: Examination | None) -> str:
    """Return a short digest of a statement: another one makes a file worth declaring again."""
    if said is None:
        return ""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def chunk_of(known: Iterable[tuple[Entry, Examination | None]]) -> dict[str, Any]:
    """Return the chunk that docs/api.md describes; each examination once."""
    examinations: dict[str, Examination] = {}
    entries = []
    for entry, examination in known:
        if examination is not None:
            examinations.setdefault(examination["id"], examination)
        modified_at = datetime.fromtimestamp(entry.found.mtime_ns / 10**9, UTC)
        entries.append(
            {
                "path": entry.found.path,
                "size": entry.found.size,
                "sha256": entry.sha256,
                "examination": examination["id"] if examination else None,
                "modified_at": modified_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )
    return {"examinations": list(examinations.values()), "entries": entries}
