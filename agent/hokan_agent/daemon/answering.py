"""While `run` is there: answers that came are shown on the desktop, if somebody wants that."""

from __future__ import annotations

from collections.abc import Callable

from hokan_agent.daemon.rest import since_start
from hokan_agent.daemon.tools import Tools
from hokan_agent.errors import AgentError, Interrupted
from hokan_agent.machine import settings
from hokan_agent.notices import answers, desktop
from hokan_agent.notices.answers import Answer

EVERY_SECONDS = 180.0
SAID = "お問い合わせに回答がありました。 / An answer to your inquiry is there."  # a ward reads both


class Answering:
    """
    Asks for answers now and then, and shows that they are there: what they say is in the portal.

    Backups come first: whatever fails here is told once, and tried again.

    Args:
        clock: Counts seconds; goes on while the machine sleeps.
    """

    def __init__(self, tools: Tools, clock: Callable[[], float] = since_start) -> None:
        self._tools, self._clock = tools, clock
        self._again_at = -EVERY_SECONDS
        self._trouble = ""

    def look(self) -> None:
        """Show what nobody was shown, at most once in a while."""
        if self._clock() < self._again_at:
            return
        self._again_at = self._clock() + EVERY_SECONDS
        by = self._program()
        try:
            if by is not None:
                self._show(by, answers.waiting(self._tools.service))
            self._trouble = ""
        except Interrupted:
            raise
        except AgentError as error:
            self._tell_once(str(error))

    def _program(self) -> str | None:
        """Return what shows notices; whoever follows the limits tells of a damaged file."""
        try:
            return settings.read(self._tools.home).notices
        except AgentError:
            return None

    def _show(self, by: str, found: list[Answer]) -> None:
        if not found:
            return
        desktop.show(by, f"{SAID}\n{_where(found)}")
        for each in found:
            answers.note_shown(self._tools.service, each)
        self._tools.log.tell(f"notice given of answers: {len(found)}", "answers", count=len(found))

    def _tell_once(self, trouble: str) -> None:
        if trouble != self._trouble:
            told = f"no notice of answers: {trouble}; hokan-agent answers lists them"
            self._tools.log.trouble(told, "no-notice")
        self._trouble = trouble


def _where(found: list[Answer]) -> str:
    """Return where to read: of several, the list that all of them are in."""
    first = found[0].address
    return first if len(found) == 1 else first.rpartition("/")[0]
