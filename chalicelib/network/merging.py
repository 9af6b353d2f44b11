"""
Two cards that are one person's, and apart again.  Rules only.

A merge moves no link and no consent: it says which card stands for which.  So undoing it leaves
both as they were, with what was added to either meanwhile.
"""

from __future__ import annotations

from msgspec.structs import replace

from chalicelib.kernel.errors import Conflict
from chalicelib.network.model import MAX_LINKS, MAX_MEMBERS, Merge, NetworkPerson


def check_merge(kept: NetworkPerson, merged: NetworkPerson, links: int) -> None:
    """
    Let pass what may be merged: two roots, born on the same day.

    Args:
        links: How many the two have together.

    Raises:
        Conflict: ``one-already``, ``birth-dates-differ`` or ``too-many-cards``.
    """
    if kept.root == merged.root:
        raise Conflict("these cards are one person's already", code="one-already")
    if kept.birth_date != merged.birth_date:
        raise Conflict("people born on different days are not one", code="birth-dates-differ")
    if len(kept.members) + len(merged.members) > MAX_MEMBERS or links > MAX_LINKS:
        raise Conflict("these are more cards than one person has", code="too-many-cards")


def with_merged(kept: NetworkPerson, merged: NetworkPerson) -> NetworkPerson:
    """Return *kept* as it stands for both."""
    return replace(kept, members=kept.members + merged.members)


def check_undo(kept: NetworkPerson, merge: Merge) -> None:
    """
    Let pass a merge that can be undone: it stands, and *kept* was not merged itself since.

    Raises:
        Conflict: ``undone-already``, or ``undo-the-later-one-first``.
    """
    if merge.undone_at:
        raise Conflict("this merge was undone already", code="undone-already")
    if not kept.is_root:
        raise Conflict("undo the later merge first", code="undo-the-later-one-first")


def without_merged(kept: NetworkPerson, merge: Merge) -> NetworkPerson:
    """Return *kept* as it stands for its own cards again."""
    return replace(kept, members=tuple(each for each in kept.members if each not in merge.moved))
