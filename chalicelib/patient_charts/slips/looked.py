"""Who looked at a patient's records, as the patient is told."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from chalicelib.access import store as access
from chalicelib.network import link_store, looking
from chalicelib.network.model import Look
from chalicelib.patient_charts.slips.model import Slip


class FromOutside(msgspec.Struct, frozen=True):
    """A look by a doctor of another facility, and what that is called."""

    look: Look
    facility_name: str


def from_outside(slip: Slip) -> list[FromOutside]:
    """Return looks at what *slip* opens, and at lists it stands in, newest first."""
    link = link_store.find(slip.facility_id, slip.patient_key)
    if link is None:
        return []
    found = [each for each in looking.looks(link.person_id) if _concerns(slip, each)]
    names = _names({each.facility_id for each in found})
    return [FromOutside(each, names[each.facility_id]) for each in found]


def _concerns(slip: Slip, look: Look) -> bool:
    is_ours = slip.facility_id in look.holders
    return is_ours and (not look.examination_id or look.examination_id in slip.examination_ids)


def _names(facility_ids: Iterable[str]) -> dict[str, str]:
    return {each: access.facility_name(each) for each in facility_ids}
