"""
SMART Health Links: a document as an encrypted file, for applications of other houses.

A passcode is counted before it is compared, in one conditional write, so that however many come at
once, ten wrong ones are ten.  Whether a link is unknown, over, ended, used up or of something taken
back: the answer is the same.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.access.model import ANONYMOUS, Caller
from chalicelib.access.service import audit
from chalicelib.charts.fhir_codes import FHIR_JSON
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, NotFound, TooLarge, Unauthenticated
from chalicelib.patient_charts.sharing import health_link_store as store
from chalicelib.patient_charts.sharing import service as sharing
from chalicelib.patient_charts.sharing.health_link_store import Kept
from chalicelib.patient_charts.sharing.jwe import KEY_BYTES, encrypted
from chalicelib.patient_charts.sharing.model import LIVES, MOST_LINKS, Life, Owned, Share
from chalicelib.patient_charts.sharing.smart_health_link import (
    MOST_TRIES,
    RECIPIENT,
    Asked,
    File,
    Manifest,
    digest,
    link,
    new_passcode,
)
from chalicelib.telemetry import count

MOST_CHARACTERS = 300_000  # of an encrypted file: a row of DynamoDB holds 400 KB
TICKET_LIFE = timedelta(minutes=5)  # an hour is what the standard allows
PATH = "/shl"


@dataclass(frozen=True, slots=True)
class Made:
    """What is shown once: we cannot show it again."""

    link: str
    passcode: str
    share: Share


def make(caller: Caller, owned: Owned, life: Life, address: str, file: bytes, label: str) -> Made:
    """
    Return a new link to *file*, the FHIR document of what the patient may read now.

    Args:
        address: Scheme, host and path that this service is under.

    Raises:
        NotFound: There is nothing to be read.
        Conflict: ``too-many-links``.
        TooLarge: The file does not fit into a row.
    """
    release, now = sharing.readable(owned), clock.now()
    if sum(_is_open(each) for each in store.of_patient(owned)) >= MOST_LINKS:
        raise Conflict(f"{MOST_LINKS} links are open; end one first", code="too-many-links")
    key, link_id = secrets.token_bytes(KEY_BYTES), secrets.token_urlsafe(32)
    passcode, salt = new_passcode(), secrets.token_bytes(16)
    jwe = encrypted(file, key, FHIR_JSON)
    if len(jwe) > MOST_CHARACTERS:
        raise TooLarge("this document is too large for a link; download it instead")
    ends_at = now + LIVES[life]
    share = Share(
        share_id=ids.new_id("shl", now),
        of=owned,
        made_at=clock.text(now),
        ends_at=clock.text(ends_at),
    )
    kept = Kept(share=share, number=release.number, salt=salt, passcode=digest(passcode, salt))
    written = link(f"{address}{PATH}/{link_id}", key, ends_at, label)
    audit(caller, "make-health-link", share.share_id)
    store.add(link_id, kept, jwe)
    count("HealthLinksMade")
    return Made(written, passcode, share)


def made(owned: Owned) -> list[Kept]:
    """Return the links of one document, newest first, with how often each was opened."""
    return [each for each in store.of_patient(owned) if each.share.of == owned]


def end(caller: Caller, owned: Owned, share_id: str) -> None:
    """End a link of the patient's at once; raises NotFound."""
    if share_id not in {each.share.share_id for each in store.of_patient(owned)}:
        raise NotFound("there is no such link, or it is not yours")
    audit(caller, "end-health-link", share_id)
    store.end(owned, share_id, clock.now())


def manifest(link_id: str, asked: Asked, address: str) -> Manifest:
    """
    Return what a link leads to, for who knows its passcode.

    Raises:
        NotFound: It is unknown or over, or leads nowhere any more.
        Unauthenticated: The passcode is wrong; ``remaining_attempts`` says how many are left.
    """
    found, now = _of_today(link_id), clock.now()
    tries = store.count_try(link_id, now)
    if tries is None:
        raise NotFound("there is no such link")
    facility_id = found.share.of.facility_id
    if not hmac.compare_digest(digest(asked.passcode, found.salt), found.passcode):
        count("HealthLinksRefused")
        audit(
            ANONYMOUS,
            "open-health-link",
            found.share.share_id,
            facility_id=facility_id,
            outcome="denied",
        )
        raise Unauthenticated("the passcode is wrong", remaining_attempts=MOST_TRIES - tries)
    audit(ANONYMOUS, "open-health-link", found.share.share_id, facility_id=facility_id)
    store.note_opening(link_id, asked.recipient[:RECIPIENT], now)
    count("HealthLinksOpened")
    return Manifest((_file(link_id, asked.embedded_length_max, address),))


def fetched(link_id: str, ticket: str) -> str:
    """Return the encrypted file for a ticket of its manifest, once; raises NotFound."""
    found = _of_today(link_id)
    audit(
        ANONYMOUS,
        "fetch-health-link",
        found.share.share_id,
        facility_id=found.share.of.facility_id,
    )
    if not store.take_ticket(link_id, ticket, clock.now()):
        raise NotFound("there is no such link")
    return store.file(link_id)


# --- pieces ------------------------------------------------------------------------------------


def _file(link_id: str, longest: int | None, address: str) -> File:
    """Return the file within the manifest, or where to fetch it if it is longer than wished."""
    said = {"content_type": FHIR_JSON, "fhir_version": "4.0.1", "status": "finalized"}
    jwe = store.file(link_id)
    if longest is None or len(jwe) <= longest:
        return File(**said, embedded=jwe)
    ticket = secrets.token_urlsafe(32)
    store.add_ticket(link_id, ticket, clock.now() + TICKET_LIFE)
    return File(**said, location=f"{address}{PATH}/{link_id}/{ticket}")


def _of_today(link_id: str) -> Kept:
    """Return a link that is open, to a release that may be read still; raises NotFound."""
    found = store.link(link_id)
    if not _is_open(found) or sharing.readable(found.share.of).number != found.number:
        raise NotFound("there is no such link")
    return found


def _is_open(kept: Kept) -> bool:
    in_time = clock.now() < clock.parse(kept.share.ends_at)
    return in_time and not kept.share.ended_at and kept.tries < MOST_TRIES
