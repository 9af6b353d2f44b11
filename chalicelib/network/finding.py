"""
Finding a patient's records at other facilities, with consent or by breaking the glass.

What is found is a pass: that its holder showed a network ID and the birth date with it.  What the
pass opens is decided anew each time it is used (see reading.py).
"""

from __future__ import annotations

from chalicelib.access import people_store
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.contracts import local
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.network import consents, look_store, matching, telling
from chalicelib.network.matching import Shown
from chalicelib.network.model import (
    GLASS_LIFE,
    PASS_LIFE,
    Link,
    Look,
    LookKind,
    Pass,
    Reason,
)
from chalicelib.tables import expecting, transaction
from chalicelib.telemetry import count

LEAST_WORDS, MOST_WORDS = 10, 500  # characters, of a reason in one's own words


def new_form_id() -> str:
    """Return the id a form carries, so that sending it twice breaks one glass."""
    return ids.new_id("form", clock.now())


def read(caller: Caller, network_id: str, birth_date: str) -> Shown:
    """Read what was typed; raises Invalid by that alone."""
    return matching.read(network_id, birth_date, local.today(caller.facility_id))


def find(caller: Caller, shown: Shown) -> Pass:
    """
    Find the records that other facilities may show *caller*; audited at both sides.

    Raises:
        NotFound: ``no-match``: no such card, another birth date, no consent that holds: one answer.
        TooMany: ``too-many-misses``.
    """
    matching.count_try(caller)
    audit(caller, "find-elsewhere", shown.person_id)
    found = matching.match(shown)
    now = clock.now()
    agreed = [
        each
        for each in (found.elsewhere(caller.facility_id) if found else [])
        if consents.in_force(each.consents, caller.facility_id, now)
    ]
    if not agreed:
        raise matching.no_match()
    matching.take_back(caller)
    count("NetworkSearchesFound")
    given = _pass(caller, shown, ids.new_id("pass", now))
    return _give(caller, given, agreed, look(caller, given, LookKind.FOUND, agreed))


def break_glass(caller: Caller, shown: Shown, form_id: str, reason: Reason, words: str) -> Pass:
    """
    Open a patient's records at all other facilities for a day, whatever was agreed to.

    Everybody concerned is told: both sides by mail and on a page, the patient by mail where they
    left an address.  The same *form_id* again breaks nothing more.

    Raises:
        NotFound: ``no-match``, as :func:`find`.
        TooMany: ``too-many-misses``.
    """
    matching.count_try(caller)
    audit(caller, "break-glass", shown.person_id)
    found = matching.match(shown)
    links = found.elsewhere(caller.facility_id) if found else []
    if not links:
        raise matching.no_match()
    matching.take_back(caller)
    count("GlassesBroken")
    pass_id = ids.derived_id("pass", caller.id, form_id, shown.person_id)
    given = _pass(caller, shown, pass_id, is_glass=True)
    broken = look(caller, given, LookKind.GLASS, links, reason=reason, words=words)
    return _give(caller, given, links, broken)


def check_words(reason: str, words: str) -> Reason:
    """
    Read why the glass is to be broken.

    Raises:
        Invalid: ``no-reason``, or ``few-words``: fewer than ten characters, or more than 500.
    """
    if reason not in set(Reason):
        raise Invalid("choose why the glass is to be broken", code="no-reason")
    if not LEAST_WORDS <= len(words.strip()) <= MOST_WORDS:
        raise Invalid("say why in 10 to 500 characters", code="few-words")
    return Reason(reason)


def look(
    caller: Caller,
    used: Pass,
    kind: LookKind,
    links: list[Link],
    *,
    examination_id: str = "",
    reason: str = "",
    words: str = "",
) -> Look:
    """Return that *caller* looks at what *links* lead to."""
    return Look(
        look_id=ids.new_id("look", clock.now()),
        kind=kind,
        at=clock.text(clock.now()),
        facility_id=caller.facility_id,
        caller_id=caller.id,
        account=_account(caller),
        network_id=used.network_id,
        holders=tuple(sorted({each.facility_id for each in links})),
        examination_id=examination_id,
        under_glass=used.is_glass,
        reason=reason,
        words=words,
    )


def _give(caller: Caller, given: Pass, links: list[Link], seen: Look) -> Pass:
    """Write the pass with the look it begins with, and tell whom it concerns."""
    action = "broke-glass" if given.is_glass else "found-from-outside"
    for each in links:
        audit(caller, action, each.patient_key, facility_id=each.facility_id)
    try:
        with expecting("this form was sent before"), transaction() as write:
            look_store.add_pass_in(write, given)
            look_store.add_in(write, seen, links)
            if given.is_glass:
                telling.glass_in(write, seen, links)
    except Conflict:
        return look_store.pass_of(caller, given.pass_id, clock.now())
    return given


def _pass(caller: Caller, shown: Shown, pass_id: str, *, is_glass: bool = False) -> Pass:
    life = GLASS_LIFE if is_glass else PASS_LIFE
    return Pass(
        pass_id=pass_id,
        facility_id=caller.facility_id,
        caller_id=caller.id,
        person_id=shown.person_id,
        network_id=shown.network_id,
        ends_at=clock.text(clock.now() + life),
        is_glass=is_glass,
    )


def _account(caller: Caller) -> str:
    """Return the address *caller* signs in with, or their id where none is known."""
    try:
        return people_store.person(caller.facility_id, caller.id).account or caller.id
    except NotFound:
        return caller.id
