"""
What this agent remembers: files known to be stored, and the batches it is in the middle of.

Only a cache.  Without it everything is hashed again and the service answers "stored".
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hokan_agent.errors import AgentError
from hokan_agent.sources.scan import Found

COMPLETE = "complete"  # the outcome of a backup that left nothing out

SCHEMA = """
create table if not exists files(
    target text, path text, size int, mtime_ns int, inode int, said text,
    primary key (target, path)) without rowid;
create table if not exists refused(
    target text, path text, size int, mtime_ns int, inode int, sha256 text,
    primary key (target, path)) without rowid;
create table if not exists under_way(
    target text, folder blob, limits text, primary key (target, folder)) without rowid;
create table if not exists chunks(
    batch text, number int, body text, found text, primary key (batch, number)) without rowid;
create table if not exists backups(
    target text primary key, finished_at text, outcome text) without rowid;
create table if not exists successes(target text primary key, finished_at text) without rowid;
create table if not exists looks(
    target text, folder blob, files int, bytes int, looked_at text,
    primary key (target, folder)) without rowid;
"""


class State:
    """The cache of one agent; damaged ones are put aside and begun anew."""

    def __init__(self, file: Path) -> None:
        self.was_damaged = False
        try:
            self._db = _opened(file)
        except sqlite3.DatabaseError:
            self.was_damaged = True
            file.replace(file.with_suffix(".damaged"))
            for leftover in ("-wal", "-shm"):
                file.with_name(file.name + leftover).unlink(missing_ok=True)
            self._db = _opened(file)

    def close(self) -> None:
        self._db.close()

    # --- files ---

    def known(self, target: str) -> dict[str, tuple[int, int, int, str]]:
        """Return (size, mtime, inode, what was said) of every file known to be stored, by path."""
        rows = self._db.execute(
            "select path, size, mtime_ns, inode, said from files where target = ?", (target,)
        )
        return {path: (size, mtime, inode, said) for path, size, mtime, inode, said in rows}

    def remember(self, target: str, files: Iterable[tuple[Found, str]]) -> None:
        """Remember *files* as stored, each with what was said about its examination."""
        with self._db:
            self._db.executemany(
                "insert or replace into files values (?, ?, ?, ?, ?, ?)",
                [
                    (target, each.path, each.size, each.mtime_ns, each.inode, said)
                    for each, said in files
                ],
            )

    def refused(self, target: str) -> dict[str, tuple[Found, str]]:
        """Return the files the service refused, each with its SHA-256, by path; less the place."""
        rows = self._db.execute(
            "select path, size, mtime_ns, inode, sha256 from refused where target = ?", (target,)
        )
        return {path: (Found(path, b"", *facts), sha256) for path, *facts, sha256 in rows}

    def keep_refused(self, target: str, files: Iterable[tuple[Found, str]]) -> None:
        """Keep the digests of refused files: asked for again every night, they are read once."""
        with self._db:
            self._db.executemany(
                "insert or replace into refused values (?, ?, ?, ?, ?, ?)",
                [
                    (target, each.path, each.size, each.mtime_ns, each.inode, sha256)
                    for each, sha256 in files
                ],
            )

    # --- the batch under way, of each folder ---

    def open_batch(self, target: str, folder: bytes) -> dict[str, Any] | None:
        """Return what the service answered when the batch under way was opened, or None."""
        row = self._db.execute(
            "select limits from under_way where target = ? and folder = ?", (target, folder)
        ).fetchone()
        return dict(json.loads(row[0])) if row else None

    def begin_batch(self, target: str, folder: bytes, opened: dict[str, Any]) -> None:
        with self._db:
            self._db.execute(
                "insert or replace into under_way values (?, ?, ?)",
                (target, folder, json.dumps(opened)),
            )

    def keep_chunk(self, batch: str, number: int, body: Any, found: list[Any]) -> None:
        """Keep a chunk before it is sent, so that the same can be sent again."""
        with self._db:
            self._db.execute(
                "insert or replace into chunks values (?, ?, ?, ?)",
                (batch, number, json.dumps(body), json.dumps(found)),
            )

    def chunks(self, batch: str) -> list[tuple[int, Any, list[Any]]]:
        """Return the chunks of a batch in order: number, body, what was found and said."""
        rows = self._db.execute(
            "select number, body, found from chunks where batch = ? order by number", (batch,)
        )
        return [(number, json.loads(body), json.loads(found)) for number, body, found in rows]

    def end_batch(self, target: str, folder: bytes, batch: str) -> None:
        with self._db:
            self._db.execute(
                "delete from under_way where target = ? and folder = ?", (target, folder)
            )
            self._db.execute("delete from chunks where batch = ?", (batch,))

    # --- the last backup ---

    def note_backup(self, target: str, finished_at: str, outcome: str) -> None:
        with self._db:
            self._db.execute(
                "insert or replace into backups values (?, ?, ?)", (target, finished_at, outcome)
            )
            if outcome == COMPLETE:
                self._db.execute(
                    "insert or replace into successes values (?, ?)", (target, finished_at)
                )

    def last_backup(self, target: str) -> tuple[str, str] | None:
        """Return when the last backup ended, and how; None if there was none."""
        row = self._db.execute(
            "select finished_at, outcome from backups where target = ?", (target,)
        ).fetchone()
        return (row[0], row[1]) if row else None

    def last_success(self, target: str) -> str | None:
        """Return when the last backup ended that left nothing out; None if there was none."""
        row = self._db.execute(
            "select finished_at from successes where target = ?", (target,)
        ).fetchone()
        return str(row[0]) if row else None

    # --- what waits ---

    def note_look(self, target: str, folder: bytes, files: int, size: int) -> None:
        """Note how much of a folder is not stored."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._db:
            self._db.execute(
                "insert or replace into looks values (?, ?, ?, ?, ?)",
                (target, folder, files, size, now),
            )

    def forget_look(self, folder: bytes) -> None:
        with self._db:
            self._db.execute("delete from looks where folder = ?", (folder,))

    def pending(self, target: str) -> tuple[int, int, str] | None:
        """Return the files and bytes found and not stored, and since when that is known."""
        row = self._db.execute(
            "select sum(files), sum(bytes), min(looked_at) from looks where target = ?", (target,)
        ).fetchone()
        return None if row[0] is None else (row[0], row[1], row[2])


def stored_as_they_are(file: Path, target: str, files: Iterable[Found]) -> list[Found]:
    """
    Return those of *files* that a backup is known to have stored as they are now.

    For another process than the one that backs up: it mends nothing and begins nothing anew.

    Raises:
        AgentError: The memory is damaged or busy.
    """
    if not file.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as db:
            return [each for each in files if _is_known(db, target, each)]
    except sqlite3.DatabaseError:
        raise AgentError("what this machine has backed up is not known now") from None


def _is_known(db: sqlite3.Connection, target: str, file: Found) -> bool:
    query = "select size, mtime_ns, inode from files where target = ? and path = ?"
    row = db.execute(query, (target, file.path)).fetchone()
    return bool(row == (file.size, file.mtime_ns, file.inode))


def _opened(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        db.executescript(SCHEMA)
        db.execute("select count(*) from under_way").fetchone()
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
