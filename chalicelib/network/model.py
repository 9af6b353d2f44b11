"""The words of the network: whom a card names, who holds records of them, what they agreed to."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

import msgspec

MAX_LINKS = 20  # of one person, over all facilities and merged cards
MAX_MEMBERS = 10  # cards of one person
MAX_CONSENTS = 100  # of one patient at one facility, ended ones included
PASS_LIFE = timedelta(hours=1)
GLASS_LIFE = timedelta(hours=24)


class NetworkPerson(msgspec.Struct, frozen=True, kw_only=True):
    """
    Whom a card names.

    Attributes:
        person_id: Opaque, derived from the network ID.
        birth_date: ``YYYY-MM-DD``.
        root: The card that stands for this person; their own until it is merged into another.
        members: Of a root: all cards it stands for, itself first.
        links: Who holds records under this very card: facility and patient key.
    """

    person_id: str
    network_id: str
    birth_date: str
    root: str
    members: tuple[str, ...]
    links: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_root(self) -> bool:
        return self.root == self.person_id


def alone(person_id: str, network_id: str, birth_date: str) -> NetworkPerson:
    """Return whom a new card names: under no other, and without records yet."""
    return NetworkPerson(
        person_id=person_id,
        network_id=network_id,
        birth_date=birth_date,
        root=person_id,
        members=(person_id,),
    )


class Scope(StrEnum):
    ALL = "all"
    KINDS = "kinds"
    EXAMINATIONS = "examinations"


class Form(StrEnum):
    """How a patient said yes."""

    PAPER = "paper"
    ORAL = "oral"


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a patient agreed to, as the facility recorded it that holds the records.

    Attributes:
        to: The facility that may read; empty for every facility of the network.
        subjects: Which kinds, or which examinations, as the scope says.
        starts_at, ends_at: Half-open; from and to the start of a day where the facility is.
        given_on: The day on which the patient said so.
    """

    consent_id: str
    to: str
    scope: Scope
    subjects: tuple[str, ...]
    starts_at: str
    ends_at: str
    form: Form
    given_on: str
    recorded_at: str
    recorded_by: str
    withdrawn_at: str = ""
    withdrawn_by: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """
    A patient of one facility, under a card.

    Attributes:
        person_id: Of the card they were linked by.
        patient_id: The facility's own number, with its leading zeros.
        contact: Where the patient wants to be told that somebody broke the glass; or empty.
        revision: Counts the changes, so that two at once do not both succeed.
    """

    facility_id: str
    patient_key: str
    patient_id: str
    person_id: str
    linked_at: str
    linked_by: str
    contact: str = ""
    consents: tuple[Consent, ...] = ()
    revision: int = 1


class Reason(StrEnum):
    """Why the glass was broken."""

    LIFE = "life"  # danger to life or health
    UNCONSCIOUS = "unconscious"  # cannot be asked
    OTHER = "other"


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """
    That somebody showed a network ID and the birth date with it; it decides no consent.

    Attributes:
        person_id: Of the card that was shown.
        caller_id: Who may use it, and nobody else.
        is_glass: The glass was broken for it.
    """

    pass_id: str
    facility_id: str
    caller_id: str
    person_id: str
    network_id: str
    ends_at: str
    is_glass: bool = False


class LookKind(StrEnum):
    FOUND = "found"
    OPENED = "opened"
    GLASS = "glass"


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """
    That somebody looked at records of another facility; never rewritten.

    Attributes:
        facility_id: Where they look from.
        account: The address they sign in with, as it was then.
        holders: The facilities whose records they are.
        patient_keys: In a holder's own copy: whose records.
        examination_id: Which was opened; empty for a list.
        under_glass: Nobody had consented.
        reason, words: Why, when the glass was broken.
    """

    look_id: str
    kind: LookKind
    at: str
    facility_id: str
    caller_id: str
    account: str
    network_id: str
    holders: tuple[str, ...]
    patient_keys: tuple[str, ...] = ()
    examination_id: str = ""
    under_glass: bool = False
    reason: str = ""
    words: str = ""


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """
    That two cards are one person's.

    Attributes:
        kept, merged: Their persons, each the root of its cards at that time.
        moved: All cards that came under *kept*.
        why: Who asked for it, in the provider's words.
        undone_at, undone_by, undone_why: Empty while it stands.
    """

    merge_id: str
    kept: str
    merged: str
    kept_network_id: str
    merged_network_id: str
    moved: tuple[str, ...]
    at: str
    by: str
    why: str
    undone_at: str = ""
    undone_by: str = ""
    undone_why: str = ""
