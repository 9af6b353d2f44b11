"""What to do about a file that was left out, by the code it is listed with (agent/README.md)."""

from __future__ import annotations

BACKING_UP = {
    "unreadable": "let the agent's user read it; a network drive or a disk may be out of order",
    "gone": "nothing, if it was moved or deleted; if many are, see that the folder is connected",
    "empty-folder": "if it is a network drive, connect it; nothing, if it was emptied",
    "not-a-regular-file": "nothing; what a link leads to is backed up from where it is",
    "path-too-long": "shorten the names of its folders: 1,024 bytes at most, a kanji has three",
    "changed-while-read": "nothing; the next backup has it, unless a program never stops writing",
    "bad-sidecar": "mend it as the reason says; the files it is about are stored undescribed",
    "patient-excluded": "nothing, if that is agreed; an administrator changes it at the portal",
    "patient-unknown": "say whose it is: exam.json, index.csv or --pattern",
    "not-of-this-batch": "nothing; the next backup has it",
    "quota-exceeded": "have an administrator agree on more capacity at the portal",
    "too-large": "split it: an object has 5 TB at most",
    "unreachable": "see that the line works (hokan-agent doctor), and run it again",
    "storage-refused": "run it again; if it stays, see what hokan-agent doctor says of the clock",
}
RESTORING = {
    "exists": "move it away, restore into an empty folder, or have it replaced (--overwrite)",
    "damaged": "run it again; if it stays, tell your provider at once",
    "not-writable": "see that the disk has room and the agent's user may write there",
    "unsafe-path": "restore into another folder, without links in it",
}
OTHERWISE = "run it again; if it stays, tell your provider the code"


def cure(code: str) -> str:
    """Return what to do about *code*; a service newer than this agent may have others."""
    return BACKING_UP.get(code) or RESTORING.get(code) or OTHERWISE
