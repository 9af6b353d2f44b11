"""A doctor before the pages of inquiries, and what the provider has done about theirs by then."""

from __future__ import annotations

from chalicelib.access.model import Role
from chalicelib.inquiries import store
from chalicelib.inquiries.model import Inquiry
from tests.inquiries import scene
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

INQUIRIES = "/portal/inquiries"
NEW = f"{INQUIRIES}/new"
FORM = {
    "kind": "fault",
    "subject": "画像が暗く表示されます",
    "text": "昨日からです。\n第2検査室です。",
    "delivery": "pick-up",
}


def at_inquiries(world: World, language: str = "en") -> Visitor:
    """Return a doctor who looks at their inquiries; scene.doctor is who they are."""
    visitor = signed_in(Role.DOCTOR, world.facility_id, account=scene.ACCOUNT)
    visitor.language = language
    visitor.get(INQUIRIES)
    return visitor


def form_on(visitor: Visitor, query: str = "") -> dict[str, str]:
    """Open the form; return its fields as they are typed."""
    page = visitor.get(NEW + query)
    inquiry_id = page.text.partition('name="inquiry_id" value="')[2].partition('"')[0]
    return {"csrf": visitor.token, "inquiry_id": inquiry_id, "step": "file", **FORM}


def filed_by(visitor: Visitor) -> str:
    """File an inquiry by the form; return the address of its page."""
    answer = visitor.upload(NEW, form_on(visitor), {})
    assert answer.status == 303, answer.text
    return answer.location.partition("?")[0]


def latest(world: World) -> Inquiry:
    """Return what the doctor filed last."""
    return store.of_asker(world.facility_id, scene.doctor(world).id, None).inquiries[0]
