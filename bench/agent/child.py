"""
Run a command and write what it took: ``python -I -S child.py REPORT COMMAND...``.

A process of its own, and a small one: Linux counts the memory of the process that starts another
as that one's peak (it is inherited at exec), so the bench itself must not start what it measures.
"""

from __future__ import annotations

import os
import sys
import time


def main() -> int:
    """Run the command; return its exit status."""
    report, *command = sys.argv[1:]
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - began
    with open(report, "w") as file:  # noqa: PTH123 - pathlib would be half of this process
        file.write(f"{wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss}")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
