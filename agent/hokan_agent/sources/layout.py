"""
Which examination a file belongs to, as far as the facility says so.

A sidecar outranks a pattern: somebody wrote it about these very files, a pattern is about all of
them.  Both outrank a DICOM header (sources/headers.py), which tells what was typed in at a device:
who gives a pattern has decided that the folders know better.
"""

from __future__ import annotations

from collections.abc import Iterable

from hokan_agent.sources.patterns import Patterns
from hokan_agent.sources.scan import Found
from hokan_agent.sources.sidecars import INDEX, SIDECAR, Examination, Sidecars


class Layout:
    """
    What sidecars and patterns say about the files of one folder.

    Args:
        prefix: What its paths begin with, which patterns do not know of.
    """

    def __init__(self, sidecars: Sidecars, patterns: Iterable[str], prefix: str = "") -> None:
        self._sidecars, self._prefix = sidecars, prefix
        self._patterns = Patterns(patterns)

    def examination_of(self, found: Found) -> Examination | None:
        """Return what is said about a file, or None."""
        said = self._sidecars.examination_of(found.path)
        if said is None and self._patterns:
            said = self._patterns.examination_of(found.path.removeprefix(self._prefix))
        return said

    def is_unknown(self, found: Found, said: Examination | None) -> bool:
        """Whether a file of a folder with patterns fits none; sidecars need not."""
        is_sidecar = found.name in {SIDECAR, INDEX}
        return bool(self._patterns) and said is None and not is_sidecar
