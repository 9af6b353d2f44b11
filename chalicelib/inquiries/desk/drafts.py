"""What somebody at a desk is writing: kept whole while it is refused, begun, or added to.  Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Draft(msgspec.Struct, frozen=True):
    """
    Attributes:
        form: Which form of the page it is in: the last part of its address.
        seen: The version of the inquiry that its writer read.
        file_ids: Of the files that go along.
        keeps_names: The facility is told what they are called.
    """

    form: str = ""
    seen: int = 0
    text: str = ""
    department_id: str = ""
    file_ids: list[str] = []
    keeps_names: bool = True

    def begun_with(self, text: str) -> Draft:
        """Return the same with *text* after what is written already."""
        whole = "\n\n".join(each for each in (self.text.strip(), text) if each)
        return msgspec.structs.replace(self, text=whole)

    def with_files(self, file_ids: list[str], *, keeps_names: bool) -> Draft:
        return msgspec.structs.replace(self, file_ids=file_ids, keeps_names=keeps_names)


def written(form: str, fields: Mapping[str, str]) -> Draft:
    """Return what is in the fields of a form, as it was typed."""
    return Draft(
        form=form,
        seen=_whole(fields.get("seen", "")),
        text=fields.get("text", "").replace("\r\n", "\n"),
        department_id=fields.get("department_id", ""),
    )


def _whole(text: str) -> int:
    """Return a version; 0, which asks for none, where there is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
