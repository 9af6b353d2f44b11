"""Which patients a plan backs up (patent, first embodiment: yes or no per patient)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from chalicelib.kernel.errors import Invalid

MAX_LISTED = 2_000  # patient numbers in one plan: they travel in the plan's own row
MAX_LISTED_BYTES = 60_000  # three versions of them fit it: in force, proposed, upcoming


class Mode(StrEnum):
    ALL = "all"
    LISTED = "listed"
    ALL_BUT = "all_but"


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Who is in.

    Attributes:
        include_new: What becomes of patients who come later and whom nobody listed.  It follows
            from the mode (in under ``all`` and ``all_but``, out under ``listed``); said aloud, it
            stands in what both sides accept.

    >>> Selection(Mode.ALL_BUT, frozenset({"P-2"})).refusal("P-2")
    'patient-excluded'
    """

    mode: Mode = Mode.ALL
    patient_ids: frozenset[str] = frozenset()
    include_new: bool | None = None

    def check(self) -> None:
        """Raise Invalid when mode and list do not fit together."""
        if self.mode is Mode.ALL and self.patient_ids:
            raise Invalid('"all" takes no patient_ids; use "listed" or "all_but"')
        if self.mode is not Mode.ALL and not self.patient_ids:
            raise Invalid(f'"{self.mode}" needs at least one of patient_ids')
        if len(self.patient_ids) > MAX_LISTED:
            raise Invalid(f"at most {MAX_LISTED} patients can be listed (patient_ids)")
        if "" in self.patient_ids:
            raise Invalid("patient_ids must not hold an empty number: leave it out")
        if sum(len(each.encode()) for each in self.patient_ids) > MAX_LISTED_BYTES:
            raise Invalid(f"patient_ids must come to at most {MAX_LISTED_BYTES} bytes: list fewer")
        if self.include_new not in (None, self._takes_new):
            raise Invalid(
                f'include_new under "{self.mode}" is {str(self._takes_new).lower()}: to take new'
                ' patients choose "all" or "all_but", to leave them out choose "listed"'
            )

    def settled(self) -> Selection:
        """Return the same selection, saying what becomes of new patients."""
        return Selection(self.mode, self.patient_ids, self._takes_new)

    @property
    def _takes_new(self) -> bool:
        return self.mode is not Mode.LISTED

    def refusal(self, patient_id: str | None) -> str | None:
        """
        Return why an object of this patient is not backed up, or None when it is.

        Where a selection exists, an object whose patient nobody named is refused: it might be
        an excluded one's.
        """
        if self.mode is Mode.ALL:
            return None
        if not patient_id:
            return "patient-unknown"
        listed = patient_id in self.patient_ids
        return None if listed is (self.mode is Mode.LISTED) else "patient-excluded"
