"""What patients do with their own document: take it along, show it by a link, end the link."""

from __future__ import annotations

import io
import json
import re
from html import unescape

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey
from pypdf import PdfReader

from chalicelib.access.model import Caller, Role
from chalicelib.audit.store import of_facility
from chalicelib.kernel.errors import Unavailable
from chalicelib.patient_charts.sharing import own_pages
from chalicelib.patient_charts.sharing import service as sharing
from chalicelib.patient_charts.sharing.model import MOST_LINKS, Life
from tests.charts.validator import complaints
from tests.patient_charts.paper import owned_by
from tests.patient_charts.slip_scene import OTHER, Handed, handed, inside
from tests.patient_charts.test_health_links import OTHERS, payload_of, sent, unpacked
from tests.patient_charts.test_patient_pages import amended, withdrawn
from tests.patient_charts.test_print_pages import said
from tests.support.visitor import Answer, Visitor
from tests.support.world import World

TAKEN = ("html", "pdf", "fhir")


@pytest.fixture
def held(world: World) -> Handed:
    return handed(world)


def own(held: Handed, rest: str = "") -> str:
    return f"/p/charts/{held.document}{rest}"


def shared(held: Handed, visitor: Visitor, **fields: str) -> Answer:
    visitor.get(own(held, "/share"))
    return visitor.submit(own(held, "/share"), **fields)


def link_on(page: Answer) -> str:
    found = re.search(r'<p class="code-line"><code[^>]*>([^<]*)<', page.text)
    assert found
    return unescape(found[1])


def passcode_on(page: Answer) -> str:
    found = re.search(r'class="secret"[^>]*>([\d ]+)<', page.text)
    assert found
    return found[1]


# --- taking it along -------------------------------------------------------------------------


def test_a_patient_takes_the_document_as_a_file(held: Handed) -> None:
    answer = inside(held).get(own(held, "/html"))
    assert answer.headers["Content-Disposition"].endswith(f'"{held.document}-1.html"')
    assert held.document in said(answer)


def test_a_patient_takes_the_document_as_pdf(held: Handed) -> None:
    answer = inside(held).get(own(held, "/pdf"))
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(answer.raw)).pages)
    assert held.document in text.replace("\n", "").replace("\u200b", "")


def test_a_patient_takes_the_document_as_fhir(held: Handed) -> None:
    answer = inside(held).get(own(held, "/fhir"))
    assert complaints(answer.text) == [[]]


@pytest.mark.parametrize("what", [*TAKEN, "share"])
def test_what_the_doctor_took_back_is_not_to_be_had(held: Handed, what: str) -> None:
    withdrawn(held)
    assert inside(held).get(own(held, f"/{what}")).status == 404


@pytest.mark.parametrize("what", [*TAKEN, "share"])
def test_what_the_doctor_corrected_is_not_to_be_had(held: Handed, what: str) -> None:
    amended(held)
    assert inside(held).get(own(held, f"/{what}")).status == 404


@pytest.mark.parametrize("what", [*TAKEN, "share"])
def test_a_slip_opens_no_document_of_another(world: World, held: Handed, what: str) -> None:
    other = handed(world, "E-2", patient=OTHER)
    assert inside(held).get(own(other, f"/{what}")).status == 404
    assert inside(other).get(own(other, f"/{what}")).status == 200


@pytest.mark.parametrize("what", TAKEN)
def test_taking_it_along_is_on_record_first(
    held: Handed, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = inside(held)
    monkeypatch.setattr(own_pages, "audit", unavailable)
    assert visitor.get(own(held, f"/{what}")).status == 503


def unavailable(*_: object, **__: object) -> None:
    raise Unavailable("the audit log is busy")


# --- links -----------------------------------------------------------------------------------


def test_a_link_shows_the_document_without_the_slip(held: Handed) -> None:
    page = shared(held, inside(held), life="hour")
    path = link_on(page).partition("hokan.example")[2]
    answer = Visitor().get(path)
    assert answer.status == 200
    assert held.document in said(answer)


def test_the_patient_sees_how_often_a_link_was_opened(held: Handed) -> None:
    visitor = inside(held)
    path = link_on(shared(held, visitor, life="week")).partition("hokan.example")[2]
    assert "not opened yet" in said(visitor.get(own(held, "/share")))
    for _ in range(2):
        Visitor().get(path)
    assert "openings: 2" in said(visitor.get(own(held, "/share")))


def test_a_patient_ends_a_link(held: Handed) -> None:
    visitor = inside(held)
    path = link_on(shared(held, visitor)).partition("hokan.example")[2]
    (made,) = sharing.made(owned_by(held))
    answer = visitor.send(own(held, f"/share/{made.share_id}/end"))
    assert "The link shows nothing any more." in said(answer)
    assert Visitor().get(path).status == 404


def test_nobody_ends_the_links_of_another(world: World, held: Handed) -> None:
    visitor = inside(held)
    path = link_on(shared(held, visitor)).partition("hokan.example")[2]
    (made,) = sharing.made(owned_by(held))
    other = handed(world, "E-2", patient=OTHER)
    stranger = inside(other)
    stranger.get(own(other, "/share"))
    assert stranger.submit(own(other, f"/share/{made.share_id}/end")).status == 404
    assert Visitor().get(path).status == 200


def test_a_link_is_shown_once_and_stands_in_no_list(held: Handed) -> None:
    visitor = inside(held)
    secret = link_on(shared(held, visitor)).rpartition("/")[2]
    assert secret not in visitor.get(own(held, "/share")).text


def test_a_patient_with_many_links_ends_one_first(held: Handed) -> None:
    for _ in range(MOST_LINKS):
        sharing.make(own_caller(held), owned_by(held), Life.DAY)
    answer = shared(held, inside(held))
    assert answer.status == 409
    assert "End one of them first." in said(answer)


def own_caller(held: Handed) -> Caller:
    return Caller(Role.PATIENT, held.issued.slip.slip_id, held.world.facility_id)


def test_a_health_link_opens_in_another_application(held: Handed) -> None:
    page = shared(held, inside(held), step="health-link", life="day")
    payload = payload_of(link_on(page))
    link_id = payload["url"].rpartition("/")[2]
    body = {"recipient": "Dr Ito", "passcode": passcode_on(page)}
    (file,) = sent(held.world.client, link_id, body).json_body["files"]
    key = OctKey.import_key(unpacked(payload["key"]))
    opened = jwe.decrypt_compact(file["embedded"], key, algorithms=OTHERS)
    assert opened.plaintext
    assert complaints(opened.plaintext.decode()) == [[]]
    assert json.loads(opened.plaintext)["entry"][0]["resource"]["resourceType"] == "Composition"


def test_making_a_link_is_on_record(held: Handed) -> None:
    shared(held, inside(held))
    actions = [event.action for _, event, _ in of_facility(held.world.facility_id)]
    assert "share-patient-chart" in actions
