"""What a shared link shows in a browser, and what the facility hands out for a patient's device."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from pypdf import PdfReader

from chalicelib.access.model import Caller, Role
from chalicelib.kernel import clock
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.sharing import service as sharing
from chalicelib.patient_charts.sharing.model import MOST_OPENINGS, Life
from tests.charts.validator import complaints
from tests.patient_charts.paper import a_released, owned_of, withdrawn
from tests.patient_charts.test_print_pages import said, somebody
from tests.support.visitor import Answer, Visitor
from tests.support.world import World, build

SLIP = Caller(Role.ANONYMOUS, "slip-1")
SENTENCE = "There is an open sore in the stomach, about the size of a pea (8 mm)."


@pytest.fixture
def release(world: World) -> Release:
    return a_released(world)


def shared(release: Release) -> str:
    return sharing.make(SLIP, owned_of(release), Life.HOUR)[0]


def opened(secret: str) -> Answer:
    return Visitor().get(f"/s/{secret}")


def fixed(answer: Answer) -> dict[str, str]:
    return {name: it for name, it in answer.headers.items() if name != "Hokan-Correlation-Id"}


# --- links -----------------------------------------------------------------------------------


def test_a_link_shows_the_document_to_anybody(release: Release) -> None:
    answer = opened(shared(release))
    assert answer.status == 200
    assert SENTENCE in said(answer)
    assert release.document in said(answer)


def test_a_shared_page_leads_nowhere_and_tells_no_other_site(release: Release) -> None:
    answer = opened(shared(release))
    assert "<form" not in answer.text
    assert 'href="/p' not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Cache-Control"] == "no-store"


def test_its_title_names_nobody(release: Release) -> None:
    assert opened(shared(release)).title == "A shared document | Hokan"


def test_every_link_that_shows_nothing_gets_the_same_answer(world: World, release: Release) -> None:
    over, used_up, ended, gone = (shared(release) for _ in range(4))
    for _ in range(MOST_OPENINGS):
        sharing.opened(used_up)
    last = next(each for each in sharing.made(owned_of(release)) if not each.opened)
    sharing.end(SLIP, owned_of(release), last.share_id)
    another = a_released(world, "E-2")
    taken_back = shared(another)
    withdrawn(another)
    answers = [opened(each) for each in (used_up, "x" * 43, "unknown", taken_back)]
    clock.move(int(timedelta(hours=2).total_seconds()))
    answers += [opened(each) for each in (over, ended, gone)]
    assert {each.status for each in answers} == {404}
    assert len({each.text for each in answers}) == 1
    assert all(fixed(each) == fixed(answers[0]) for each in answers)


def test_the_secret_stands_in_no_answer(release: Release) -> None:
    secret = shared(release)
    assert secret not in opened(secret).text
    assert secret not in opened("y" * 43).text


# --- for the patient's device ----------------------------------------------------------------


def path_of(release: Release, what: str) -> str:
    place = f"/portal/charts/{release.target_id}/examinations/{release.examination_id}"
    return f"{place}/patient/{what}"


def test_the_file_says_which_document_it_is_and_needs_nothing_else(
    world: World, release: Release
) -> None:
    answer = somebody(world).get(path_of(release, "file"))
    for each in (release.document, release.source_sha256, "Version", SENTENCE):
        assert each in said(answer)
    assert "src=" not in answer.text.replace('src="data:', "")
    assert "<link" not in answer.text
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{release.document}-1.html"'
    )


def test_the_pdf_says_which_document_it_is(world: World, release: Release) -> None:
    answer = somebody(world).get(path_of(release, "pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.raw)).pages)
    assert release.document in text.replace("\n", "").replace("\u200b", "")


def test_the_fhir_document_is_valid_and_holds_what_was_released(
    world: World, release: Release
) -> None:
    answer = somebody(world).get(path_of(release, "fhir"))
    assert complaints(answer.text) == [[]]
    composition = json.loads(answer.text)["entry"][0]["resource"]
    assert SENTENCE in json.dumps(composition)


@pytest.mark.parametrize("what", ["file", "pdf", "fhir"])
def test_nothing_that_was_taken_back_is_handed_out(
    world: World, release: Release, what: str
) -> None:
    withdrawn(release)
    assert somebody(world).get(path_of(release, what)).status == 404


@pytest.mark.parametrize("what", ["file", "pdf", "fhir"])
def test_another_facility_gets_nothing(world: World, release: Release, what: str) -> None:
    stranger = build(world.client)
    assert somebody(stranger).get(path_of(release, what)).status == 404
