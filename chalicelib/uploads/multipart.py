"""Objects over 64 MiB, in parts: S3's own list of parts is the truth, so any agent can go on."""

from __future__ import annotations

import msgspec

from chalicelib import buckets
from chalicelib.access.model import Caller
from chalicelib.archive.model import ObjectRow, ObjectState
from chalicelib.archive.store import batches, objects
from chalicelib.contracts import service as contracts
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.uploads import selected
from chalicelib.uploads.model import MULTIPART_BYTES, is_digest, part_bytes
from chalicelib.web.bodies import Body

MAX_PARTS = 100  # URLs a request


class PartIn(Body):
    number: int
    size: int
    sha256: str


class Standing(msgspec.Struct, frozen=True):
    """
    Where an upload in parts stands.

    Attributes:
        part_bytes: Size of every part but the last one.
        uploaded: Numbers of the parts that have arrived.
    """

    part_bytes: int
    part_count: int
    uploaded: list[int]


class SignedPart(msgspec.Struct, frozen=True):
    """PUT the part there, with exactly these headers."""

    number: int
    url: str
    headers: dict[str, str]
    expires_at: str


class Plan(msgspec.Struct, frozen=True):
    """How an object is cut: *count* parts of *size_bytes*, the last one smaller."""

    size_bytes: int
    part_bytes: int

    @property
    def count(self) -> int:
        return -(-self.size_bytes // self.part_bytes)

    def size_of(self, number: int) -> int:
        """Return the size of part *number* (from 1)."""
        return min(self.part_bytes, self.size_bytes - (number - 1) * self.part_bytes)


def start(caller: Caller, target_id: str, batch_id: str, sha256: str) -> Standing:
    """Begin an upload in parts, or tell which parts of it have arrived."""
    claim = _claim(caller, target_id, batch_id, sha256)
    plan = Plan(claim.size_bytes, part_bytes(claim.size_bytes))
    key = buckets.object_key(target_id, sha256)
    arrived = buckets.parts_of(key, claim.upload_id) if claim.upload_id else None
    if arrived is None and _is_joined(claim, key):
        return Standing(plan.part_bytes, plan.count, list(range(1, plan.count + 1)))
    if arrived is None:
        _begin(claim, key)
    whole = [each.number for each in arrived or () if each.size_bytes == plan.size_of(each.number)]
    return Standing(plan.part_bytes, plan.count, whole)


def sign_parts(
    caller: Caller, target_id: str, batch_id: str, sha256: str, parts: list[PartIn]
) -> list[SignedPart]:
    """Return a URL for each of *parts*, bound to its size and SHA-256."""
    if not 1 <= len(parts) <= MAX_PARTS:
        raise Invalid(f"ask for 1 to {MAX_PARTS} parts at a time")
    claim = _claim(caller, target_id, batch_id, sha256)
    if claim.upload_id is None:
        raise Conflict("start the multipart upload first", code="not-started")
    plan = Plan(claim.size_bytes, part_bytes(claim.size_bytes))
    for each in parts:
        _check(plan, each)
    return [_signed(claim, claim.upload_id, each) for each in parts]


def complete(caller: Caller, target_id: str, batch_id: str, sha256: str) -> None:
    """
    Join the parts; harmless when they are joined already.

    Raises:
        Conflict: ``parts-missing``, with their numbers.
    """
    claim = _claim(caller, target_id, batch_id, sha256)
    key = buckets.object_key(target_id, sha256)
    plan = Plan(claim.size_bytes, part_bytes(claim.size_bytes))
    arrived = buckets.parts_of(key, claim.upload_id) if claim.upload_id else None
    if arrived is None and _is_joined(claim, key):
        return
    whole = [each for each in arrived or () if each.size_bytes == plan.size_of(each.number)]
    missing = sorted(set(range(1, plan.count + 1)) - {each.number for each in whole})
    if missing or claim.upload_id is None:
        raise Conflict(
            f"{len(missing)} parts have not arrived", code="parts-missing", missing=missing[:1000]
        )
    buckets.complete_multipart(key, claim.upload_id, whole)


def _claim(caller: Caller, target_id: str, batch_id: str, sha256: str) -> ObjectRow:
    plan = contracts.plan_in_force(caller.facility_id, target_id)
    if batches.batch(target_id, batch_id).state not in {"open", "finishing"}:
        raise Conflict("the batch is closed; open another one", code="batch-closed")
    row = objects.row(target_id, sha256) if is_digest(sha256) else None
    if row is None:
        raise NotFound("this object is not awaited; send its chunk first")
    selected.check(plan, batch_id, [sha256])
    if row.size_bytes <= MULTIPART_BYTES:
        raise Invalid(f"objects of up to {MULTIPART_BYTES} bytes go up in one piece")
    return row


def _begin(claim: ObjectRow, key: str) -> None:
    """Start an upload and keep its id; of two at once, the second one is given up."""
    if claim.upload_id is not None:
        objects.forget_upload(claim)
    upload_id = buckets.start_multipart(key)
    if not objects.remember_upload(claim, upload_id):
        buckets.abort_multipart(key, upload_id)


def _is_joined(claim: ObjectRow, key: str) -> bool:
    """Whether an upload S3 knows no more is joined; its event may be on its way."""
    if claim.state is ObjectState.STORED:
        return True
    if claim.upload_id is None:
        return False
    found = buckets.stored_bytes(key)
    return found is not None and found.size_bytes == claim.size_bytes


def _check(plan: Plan, part: PartIn) -> None:
    if not 1 <= part.number <= plan.count:
        raise Invalid(f"there is no part {part.number}: this object has {plan.count}")
    if part.size != plan.size_of(part.number):
        raise Invalid(f"part {part.number} has {plan.size_of(part.number)} bytes, not {part.size}")
    if not is_digest(part.sha256):
        raise Invalid("sha256 must be 64 lower-case hex digits")


def _signed(claim: ObjectRow, upload_id: str, part: PartIn) -> SignedPart:
    key = buckets.object_key(claim.target_id, claim.sha256)
    to = buckets.signed_part(key, upload_id, part.number, size_bytes=part.size, sha256=part.sha256)
    return SignedPart(part.number, to.url, to.headers, to.expires_at)
