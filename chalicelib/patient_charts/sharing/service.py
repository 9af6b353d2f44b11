"""
Sharing a document by a link: made and ended by the patient, opened by whoever has it.

Whether a link is unknown, over, ended or of something taken back: the answer is the same.
"""

from __future__ import annotations

import secrets

from chalicelib.access.model import ANONYMOUS, Caller
from chalicelib.access.service import audit
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.patient_charts import service
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.sharing import store as share_store
from chalicelib.patient_charts.sharing.model import LIVES, MOST_LINKS, Life, Owned, Share
from chalicelib.telemetry import count


def make(caller: Caller, owned: Owned, life: Life) -> tuple[str, Share]:
    """
    Return the secret of a new link (256 bits, shown once) and the link.

    Raises:
        NotFound: There is nothing to be read.
        Conflict: ``too-many-links``: end one of them first.
    """
    readable(owned)
    now = clock.now()
    if sum(each.is_open(now) for each in share_store.of_patient(owned)) >= MOST_LINKS:
        raise Conflict(f"{MOST_LINKS} links are open; end one first", code="too-many-links")
    made = Share(
        share_id=ids.new_id("share", now),
        of=owned,
        made_at=clock.text(now),
        ends_at=clock.text(now + LIVES[life]),
    )
    audit(caller, "share-patient-chart", made.share_id)
    secret = secrets.token_urlsafe(32)
    share_store.add(secret, made)
    count("SharesMade")
    return secret, made


def made(owned: Owned) -> list[Share]:
    """Return the links of one document, newest first, with how often each was opened."""
    return [each for each in share_store.of_patient(owned) if each.of == owned]


def end(caller: Caller, owned: Owned, share_id: str) -> None:
    """End a link of the patient's at once; raises NotFound."""
    if share_id not in {each.share_id for each in share_store.of_patient(owned)}:
        raise NotFound("there is no such link, or it is not yours")
    audit(caller, "end-share", share_id)
    share_store.end(owned, share_id, clock.now())


def opened(secret: str) -> tuple[Share, Release]:
    """
    Return what a link shows; this is one of its openings.

    Raises:
        NotFound: It is unknown, over or ended, was opened often enough, or shows nothing any more.
    """
    found, now = share_store.share(secret), clock.now()
    if not found.is_open(now):
        raise NotFound("there is no such link")
    release = readable(found.of)
    audit(ANONYMOUS, "open-share", found.share_id, facility_id=found.of.facility_id)
    if not share_store.open_once(secret, now):
        raise NotFound("there is no such link")
    count("SharesOpened")
    return found, release


def readable(owned: Owned) -> Release:
    """Return what the patient may read now; raises NotFound, also where it is another's by now."""
    found = service.readable(owned.target_id, owned.examination_id, owned.language)
    if found is None or found.patient_key != owned.patient_key:
        raise NotFound("there is nothing to be read")
    return found
