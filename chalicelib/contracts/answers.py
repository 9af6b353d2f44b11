"""
Yes or no for each patient: what a selection becomes when some of its answers change.

Rules only.  Nobody else's answer moves: neither that of a patient who is not named here, nor, when
what becomes of new patients changes, that of a patient who is known.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from chalicelib.contracts.selection import MAX_LISTED, MAX_LISTED_BYTES, Mode, Selection
from chalicelib.kernel.errors import Invalid


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    What is asked for.

    Attributes:
        yes, no: Patient numbers.
        new: What becomes of patients who come later; None leaves it as it is.
    """

    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    new: bool | None = None

    @property
    def patient_ids(self) -> frozenset[str]:
        return self.yes | self.no


def takes_new(selection: Selection) -> bool:
    """Whether a patient nobody has named is backed up."""
    return selection.mode is not Mode.LISTED


def is_backed_up(selection: Selection, patient_id: str) -> bool:
    """
    Whether this patient's answer is yes.

    >>> is_backed_up(Selection(Mode.ALL_BUT, frozenset({"P-2"})), "P-2")
    False
    """
    return selection.refusal(patient_id) is None


def differing(selection: Selection, asked: Answers) -> Answers:
    """Return of *asked* what is not so already."""
    return Answers(
        yes=frozenset(each for each in asked.yes if not is_backed_up(selection, each)),
        no=frozenset(each for each in asked.no if is_backed_up(selection, each)),
        new=None if asked.new is takes_new(selection) else asked.new,
    )


def answered(selection: Selection, asked: Answers, known: Collection[str] = ()) -> Selection:
    """
    Return what *selection* becomes.

    Args:
        known: Every patient there is, where *asked* changes what becomes of new ones.

    Raises:
        Invalid: ``nobody-left`` or ``too-many-patients``, with what can be done.
    """
    becomes = takes_new(selection) if asked.new is None else asked.new
    if becomes:
        left_out = frozenset(each for each in known if not is_backed_up(selection, each))
        kept = selection.patient_ids if takes_new(selection) else left_out
        return _checked(Mode.ALL_BUT, (kept | asked.no) - asked.yes)
    chosen = frozenset(each for each in known if is_backed_up(selection, each))
    kept = chosen if takes_new(selection) else selection.patient_ids
    return _checked(Mode.LISTED, (kept | asked.yes) - asked.no)


def _checked(mode: Mode, patient_ids: frozenset[str]) -> Selection:
    if not patient_ids and mode is Mode.ALL_BUT:
        return Selection(Mode.ALL)
    if not patient_ids:
        raise Invalid(
            "no patient would be backed up any more: leave at least one, or end the contract",
            code="nobody-left",
        )
    size = sum(len(each.encode()) for each in patient_ids)
    if len(patient_ids) > MAX_LISTED or size > MAX_LISTED_BYTES:
        raise Invalid(
            f"the contract would have to name {len(patient_ids)} patients; it can name"
            f" {MAX_LISTED} (of {MAX_LISTED_BYTES} bytes together)",
            code="too-many-patients",
            limit=MAX_LISTED,
        )
    return Selection(mode, patient_ids)
