"""
Opening what a look found: it may have become anything since.

Never waits for a pipe's other end, never follows a link that took a file's place.
"""

from __future__ import annotations

import errno
import os
import stat
from io import FileIO

from hokan_agent.report import Exception_

NO_FILE = "a link, pipe, socket or device; only files are backed up"
CODES = {
    errno.ENOENT: "gone",
    errno.ENOTDIR: "gone",
    errno.ELOOP: "not-a-regular-file",
    errno.ENXIO: "not-a-regular-file",
    errno.ENAMETOOLONG: "path-too-long",
}
REASONS = {"gone": "it was there a moment ago", "not-a-regular-file": NO_FILE}


def opened(place: bytes) -> FileIO:
    """Open a regular file for reading; raises OSError, ENXIO where something else is there."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(place, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.ENXIO, NO_FILE)
    return FileIO(descriptor, "rb")


def left_out(path: str, error: OSError) -> Exception_:
    """Return why the file or folder at *path* cannot be backed up."""
    code = CODES.get(error.errno or 0, "unreadable")
    return Exception_(path, code, REASONS.get(code, str(error.strerror)))
