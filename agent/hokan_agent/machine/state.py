"""
What this agent remembers: files known to be stored, and the batches it is in the middle of.

Only a cache.  Without it everything is hashed again and the service answers "stored".  What cannot
be read is put aside; on a full disk what was kept before stays as it was.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hokan_agent.errors import AgentError, StateDamaged, StateUnusable
from hokan_agent.moments import moment
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


DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
PRIMARY = 0xFF  # of an error's code; the rest of it goes into detail


class State:
    """
    The cache of one agent.

    Each method raises StateUnusable when the disk does not do its part, StateDamaged when what is
    read makes no sense: it is put aside then, and begun anew by the next run.

    Attributes:
        was_damaged: Whether it was put aside and begun anew when it was opened.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.was_damaged = False
        try:
            self._db = _opened(file)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise _unusable(file, error) from None
            self.was_damaged = True
            _put_aside(file)
            self._db = _opened(file)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _at_work(self) -> Iterator[sqlite3.Connection]:
        """A transaction: whole or not at all."""
        try:
            with self._db:
                yield self._db
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise _unusable(self._file, error) from None
            self._db.close()
            _put_aside(self._file)
            raise StateDamaged(
                "the cache is damaged and was put aside; run it again: every file is read again, "
                "and what is stored is not sent again"
            ) from None

    # --- files ---

    def known(self, target: str) -> Iterator[tuple[str, int, int, int, str]]:
        """
        Yield (path, size, mtime, inode, what was said) of every file known to be stored.

        One after the other: half a million of them at once are 150 MB.
        """
        with self._at_work() as db:
            yield from db.execute(
                "select path, size, mtime_ns, inode, said from files where target = ?", (target,)
            )

    def remember(self, target: str, files: Iterable[tuple[Found, str]]) -> None:
        """Remember *files* as stored, each with what was said about its examination."""
        with self._at_work() as db:
            db.executemany(
                "insert or replace into files values (?, ?, ?, ?, ?, ?)",
                [
                    (target, each.path, each.size, each.mtime_ns, each.inode, said)
                    for each, said in files
                ],
            )

    def refused(self, target: str) -> dict[str, tuple[Found, str]]:
        """Return the files the service refused, each with its SHA-256, by path."""
        with self._at_work() as db:
            rows = db.execute(
                "select path, size, mtime_ns, inode, sha256 from refused where target = ?",
                (target,),
            )
            return {path: (Found(path, *facts), sha256) for path, *facts, sha256 in rows}

    def keep_refused(self, target: str, files: Iterable[tuple[Found, str]]) -> None:
        """Keep the digests of refused files: asked for again every night, they are read once."""
        with self._at_work() as db:
            db.executemany(
                "insert or replace into refused values (?, ?, ?, ?, ?, ?)",
                [
                    (target, each.path, each.size, each.mtime_ns, each.inode, sha256)
                    for each, sha256 in files
                ],
            )

    # --- the batch under way, of each folder ---

    def open_batch(self, target: str, folder: bytes) -> dict[str, Any] | None:
        """Return what the service answered when the batch under way was opened, or None."""
        with self._at_work() as db:
            row = db.execute(
                "select limits from under_way where target = ? and folder = ?", (target, folder)
            ).fetchone()
        return dict(json.loads(row[0])) if row else None

    def begin_batch(self, target: str, folder: bytes, opened: dict[str, Any]) -> None:
        with self._at_work() as db:
            db.execute(
                "insert or replace into under_way values (?, ?, ?)",
                (target, folder, json.dumps(opened)),
            )

    def keep_chunk(self, batch: str, number: int, body: Any, found: list[Any]) -> None:
        """Keep a chunk before it is sent, so that the same can be sent again."""
        with self._at_work() as db:
            db.execute(
                "insert or replace into chunks values (?, ?, ?, ?)",
                (batch, number, json.dumps(body), json.dumps(found)),
            )

    def chunks(self, batch: str) -> list[tuple[int, Any, list[Any]]]:
        """Return the chunks of a batch in order: number, body, what was found and said."""
        with self._at_work() as db:
            rows = db.execute(
                "select number, body, found from chunks where batch = ? order by number", (batch,)
            )
            return [(number, json.loads(body), json.loads(found)) for number, body, found in rows]

    def end_batch(self, target: str, folder: bytes, batch: str) -> None:
        with self._at_work() as db:
            db.execute("delete from under_way where target = ? and folder = ?", (target, folder))
            db.execute("delete from chunks where batch = ?", (batch,))

    # --- the last backup ---

    def note_backup(self, target: str, finished_at: str, outcome: str) -> None:
        with self._at_work() as db:
            db.execute(
                "insert or replace into backups values (?, ?, ?)", (target, finished_at, outcome)
            )
            if outcome == COMPLETE:
                db.execute("insert or replace into successes values (?, ?)", (target, finished_at))

    def last_backup(self, target: str) -> tuple[str, str] | None:
        """Return when the last backup ended, and how; None if there was none."""
        with self._at_work() as db:
            row = db.execute(
                "select finished_at, outcome from backups where target = ?", (target,)
            ).fetchone()
        return (row[0], row[1]) if row else None

    def last_success(self, target: str) -> str | None:
        """Return when the last backup ended that left nothing out; None if there was none."""
        with self._at_work() as db:
            row = db.execute(
                "select finished_at from successes where target = ?", (target,)
            ).fetchone()
        return str(row[0]) if row else None

    # --- what waits ---

    def note_look(self, target: str, folder: bytes, files: int, size: int) -> None:
        """Note how much of a folder is not stored."""
        with self._at_work() as db:
            db.execute(
                "insert or replace into looks values (?, ?, ?, ?, ?)",
                (target, folder, files, size, moment()),
            )

    def forget_look(self, folder: bytes) -> None:
        with self._at_work() as db:
            db.execute("delete from looks where folder = ?", (folder,))

    def pending(self, target: str) -> tuple[int, int, str] | None:
        """Return the files and bytes found and not stored, and since when that is known."""
        with self._at_work() as db:
            row = db.execute(
                "select sum(files), sum(bytes), min(looked_at) from looks where target = ?",
                (target,),
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


def _is_damage(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & PRIMARY in DAMAGED


def _unusable(file: Path, error: sqlite3.Error) -> StateUnusable:
    if error.sqlite_errorcode & PRIMARY == sqlite3.SQLITE_FULL:
        return StateUnusable(f"the disk of {file.parent} is full; make room, then run it again")
    return StateUnusable(f"{file} cannot be used: {error}; see to the disk, then run it again")


def _put_aside(file: Path) -> None:
    file.replace(file.with_suffix(".damaged"))
    for leftover in ("-wal", "-shm"):
        file.with_name(file.name + leftover).unlink(missing_ok=True)


def _opened(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        db.executescript(SCHEMA)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
