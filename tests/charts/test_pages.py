"""Charts in the portal, in a browser without JavaScript."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from chalicelib.access.model import Role
from chalicelib.charts import store
from chalicelib.charts.model import Certainty, Chart, Finding, Kind, Measurement
from tests.charts.scene import A_BUNDLE, CHART, amending, examined, saved, signed
from tests.support.canary import CANARY_ID, found_in
from tests.support.visitor import Answer, Texts, Visitor, signed_in
from tests.support.world import World
from tests.web.test_languages import mislabelled

CHARTS = "/portal/charts"


def said(answer: Answer) -> str:
    return " ".join(text for _, text in Texts(answer.text).said)


def somebody(world: World, role: Role = Role.DOCTOR, language: str = "en") -> Visitor:
    found = signed_in(role, world.facility_id)
    found.language = language
    return found


def page_of(world: World, examination: str, rest: str = "") -> str:
    return f"{CHARTS}/{world.target_id}/examinations/{examination}{rest}"


def fields(page: Answer) -> dict[str, str]:
    """Return what the page's longest form would send as it stands."""
    form = max(re.findall(r"<form.*?</form>", page.text, re.DOTALL), key=len)
    inputs = re.findall(r'<input [^>]*?name="([\w-]+)"[^>]*? value="([^"]*)"', form)
    hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form)
    chosen = {
        name: (re.findall(r'value="([^"]*)"[^>]* selected', body) or [""])[0]
        for name, body in re.findall(r'<select [^>]*?name="([\w-]+)"[^>]*>(.*?)</select>', form)
    }
    areas = dict(re.findall(r'<textarea [^>]*?name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL))
    return {name: unescape(value) for name, value in [*inputs, *hidden, *areas.items()]} | chosen


def typed(visitor: Visitor, path: str, **changes: str) -> Answer:
    """Fill some fields of the form at *path* in, and send all of it."""
    page = visitor.get(path)
    changed = {name.replace("__", "-"): value for name, value in changes.items()}
    return visitor.upload(path, fields(page) | {"step": "save"} | changed, {})


# --- from the list to the signature ------------------------------------------------------------


def test_a_doctor_comes_from_the_list_to_a_signed_chart(world: World) -> None:
    examination = examined(world)
    visitor = somebody(world)
    assert page_of(world, examination) in visitor.get(CHARTS).text
    edit = page_of(world, examination, "/edit")
    saved_answer = typed(
        visitor,
        edit,
        kind="upper-gi-endoscopy",
        findings__0__text="Ulcer <5 mm",
        findings__0__certainty="possible",
        step="check",
    )
    assert (saved_answer.status, saved_answer.location.partition("?")[0]) == (
        303,
        page_of(world, examination, "/sign"),
    )
    check = visitor.get(page_of(world, examination, "/sign"))
    assert "Ulcer <5 mm" in said(check)
    done = visitor.send(page_of(world, examination, "/sign"), revision="1")
    assert "The chart is signed." in said(done)
    assert "Possible" in said(done)
    current = store.record(world.target_id, examination).current
    assert current is not None
    assert current.chart.findings == (Finding(certainty=Certainty.POSSIBLE, text="Ulcer <5 mm"),)


def test_a_form_that_is_sent_as_it_came_changes_nothing(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    visitor = somebody(world)
    assert typed(visitor, page_of(world, examination, "/edit")).status == 303
    draft = store.record(world.target_id, examination).draft
    assert draft is not None
    assert draft.chart == CHART


def test_more_rows_come_with_a_button_and_nothing_typed_is_lost(world: World) -> None:
    edit = page_of(world, examined(world), "/edit")
    visitor = somebody(world)
    page = typed(visitor, edit, findings__0__text="Polyp", step="more-findings")
    assert page.status == 200
    assert 'value="Polyp"' in page.text
    assert 'name="findings-8-text"' in page.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("findings__0__size", "4,5", "Write digits"),
        ("findings__0__certainty", "", "Choose one of them."),
        ("findings__0__mark", "7", "No picture below has a mark of this number."),
        ("findings__0__text", "x" * 1_001, "Write what it is"),
    ],
)
def test_a_wrong_field_is_marked_and_kept(world: World, field: str, value: str, words: str) -> None:
    edit = page_of(world, examined(world), "/edit")
    usual = {"findings__0__text": "Polyp", "findings__0__certainty": "present"}
    answer = typed(somebody(world), edit, **usual | {field: value})
    assert answer.status == 422
    assert words in said(answer)
    identifier = field.replace("__", "-")
    assert f'id="{identifier}" name="{identifier}" aria-invalid="true"' in answer.text


def test_full_width_digits_are_digits(world: World) -> None:
    examination = examined(world)
    usual = {"findings__0__text": "Polyp", "findings__0__certainty": "present"}
    size = {"findings__0__size": "４.５０"}
    typed(somebody(world), page_of(world, examination, "/edit"), **usual | size)
    draft = store.record(world.target_id, examination).draft
    assert draft is not None
    assert draft.chart.findings[0].size is not None
    assert draft.chart.findings[0].size.value == "4.50"


def test_who_was_overtaken_keeps_what_they_typed_and_may_save_knowingly(world: World) -> None:
    examination = examined(world)
    edit = page_of(world, examination, "/edit")
    visitor = somebody(world)
    stale = fields(visitor.get(edit)) | {"step": "save", "narrative": "Mine"}
    saved(world, examination)
    answer = visitor.upload(edit, stale, {})
    assert answer.status == 409
    assert "meanwhile: doctor@aoba.example" in said(answer)
    assert "Mine" in said(answer)
    assert visitor.upload(edit, fields(answer) | {"step": "save"}, {}).status == 303
    draft = store.record(world.target_id, examination).draft
    assert draft is not None
    assert draft.chart.narrative == "Mine"


def test_an_admin_writes_but_is_not_offered_to_sign(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    page = somebody(world, Role.FACILITY_ADMIN).get(page_of(world, examination))
    assert "Change the draft" in said(page)
    assert "Check and sign" not in said(page)


def test_a_signed_chart_is_amended_with_a_reason(world: World) -> None:
    examination = examined(world)
    revision = signed(world, examination)["revision"]
    visitor = somebody(world)
    path = page_of(world, examination)
    visitor.get(path)
    refused = visitor.submit(path + "/amend", revision=str(revision), reason="  ")
    assert (refused.status, "Say why the chart is amended." in said(refused)) == (422, True)
    visitor.get(path)
    begun = visitor.submit(path + "/amend", revision=str(revision), reason="The side was wrong")
    assert (begun.status, begun.location) == (303, path + "/edit")
    assert "Being amended" in said(visitor.get(path))


def test_an_older_version_stays_readable(world: World) -> None:
    examination = examined(world)
    revision = amending(world, examination, "A word was wrong")["revision"]
    visitor = somebody(world)
    visitor.get(page_of(world, examination, "/sign"))
    visitor.submit(page_of(world, examination, "/sign"), revision=str(revision))
    listed = said(visitor.get(page_of(world, examination, "/versions")))
    assert "Version 2" in listed
    assert "A word was wrong" in listed
    assert "胃潰瘍" in said(visitor.get(page_of(world, examination, "/versions/1")))


def test_a_draft_is_dropped(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    visitor = somebody(world)
    visitor.get(page_of(world, examination))
    answer = visitor.send(page_of(world, examination, "/drop"), revision="1")
    assert "The draft is gone." in said(answer)
    assert "This examination has no chart yet." in said(answer)


# --- what it says ------------------------------------------------------------------------------


def test_what_was_not_recorded_is_said_and_never_absent(world: World) -> None:
    examination = examined(world)
    chart = Chart(
        kind=Kind.OTHER, findings=(Finding(certainty=Certainty.NOT_RECORDED, text="Varices"),)
    )
    saved(world, examination, chart)
    words = said(somebody(world).get(page_of(world, examination)))
    assert "Not recorded" in words
    assert "Absent" not in words


def test_what_a_doctor_typed_is_text_and_no_markup(world: World) -> None:
    examination = examined(world)
    signed(world, examination)
    visitor = somebody(world)
    for rest in ("", "/versions/1", "/html"):
        page = visitor.get(page_of(world, examination, rest)).text
        assert "<script>" not in page
        assert "no &lt;script&gt;" in page
        assert "&lt;5 mm" in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_in_the_language_it_says(world: World, language: str) -> None:
    first, second = examined(world, "E-1"), examined(world, "E-2")
    amending(world, first)
    signed(world, second)
    (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
    visitor = somebody(world, language=language)
    empty = examined(world, "E-3")
    for path in (
        CHARTS,
        f"{CHARTS}/{world.target_id}/patients/{patient['patient_key']}",
        page_of(world, first),
        page_of(world, first, "/edit"),
        page_of(world, first, "/sign"),
        page_of(world, second),
        page_of(world, second, "/versions"),
        page_of(world, second, "/versions/1"),
        page_of(world, second, "/html"),
        page_of(world, empty),
        page_of(world, empty, "/edit"),
        page_of(world, empty, "/take"),
        f"{CHARTS}/{world.target_id}/take",
    ):
        page = visitor.get(path)
        assert page.status == 200, path
        shown = re.sub(r"<style>.*?</style>", "", page.text, flags=re.DOTALL)
        assert mislabelled(shown) == [], path
        assert len(page.text) < 60_000, path


def test_nothing_of_a_patient_stands_in_an_address(world: World) -> None:
    examination = examined(world)
    signed(world, examination)
    page = somebody(world).get(page_of(world, examination)).text
    assert found_in(" ".join(re.findall(r'(?:href|action)="([^"]*)"', page))) == []


@pytest.mark.parametrize(
    "rest", ["", "?done=saved", "/edit", "/sign", "/versions", "/versions/1", "/take"]
)
def test_every_way_from_a_page_leads_somewhere(world: World, rest: str) -> None:
    examination = examined(world)
    amending(world, examination)
    visitor = somebody(world)
    page = visitor.get(page_of(world, examination, rest)).text
    for path in set(re.findall(r'href="(/portal/charts[^"]*)"', page)):
        assert visitor.get(unescape(path)).status < 400, path
    for path in set(re.findall(r'action="(/portal/charts[^"]*)"', page)):
        assert visitor.post(path, {"csrf": "none"}).status == 403, path  # there, and guarded


# --- taken along -------------------------------------------------------------------------------


def test_the_html_needs_nothing_else(world: World) -> None:
    examination = examined(world)
    signed(world, examination)
    page = somebody(world).get(page_of(world, examination, "/html"))
    assert page.headers["Content-Disposition"].startswith('attachment; filename="chart-')
    assert re.findall(r'(?:src|href)="(?!data:)', page.text) == []
    assert "Kawabe Clinic" in said(page)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pdf_says_what_the_chart_says(world: World, language: str) -> None:
    examination = examined(world)
    signed(world, examination)
    answer = somebody(world, language=language).get(page_of(world, examination, "/pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    pdf = PdfReader(io.BytesIO(answer.raw))
    text = "".join("".join(each.extract_text() for each in pdf.pages).split())
    text = text.replace("\u200b", "")
    for words in (
        "早期胃癌疑い",
        "潰瘍S-12(urn:example:jed)",
        "25.0%",
        "100.0%",
        "<5mm",
        "4.50mm",
        "12.0mm",
        "食道静脈瘤",
        "no<script>",
        "休薬なし。",
    ):
        assert words in text, words
    assert ("Notrecorded" if language == "en" else "記録なし") in text
    assert "CANARY-0001" in text


def test_the_pdf_names_patient_and_version_on_every_page(world: World) -> None:
    examination = examined(world)
    long = Chart(
        kind=Kind.OTHER,
        findings=tuple(Finding(certainty=Certainty.ABSENT, text=f"Polyp {n}") for n in range(90)),
    )
    signed(world, examination, long)
    answer = somebody(world).get(page_of(world, examination, "/pdf"))
    pages: list[Any] = list(PdfReader(io.BytesIO(answer.raw)).pages)
    assert len(pages) > 1
    for each in pages:
        text = each.extract_text()
        assert "CANARY-0001" in text
        assert "Version 1" in text
        assert "Kawabe Clinic" in text


def test_a_draft_cannot_be_taken_along(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    for rest in ("/pdf", "/html", "/fhir"):
        assert somebody(world).get(page_of(world, examination, rest)).status == 404


# --- taken over --------------------------------------------------------------------------------

ROWS = f"patient_id,exam,text,certainty\n{CANARY_ID},E-1,潰瘍,possible\n"


def hand_in(visitor: Visitor, path: str, body: bytes, **fields: str) -> Answer:
    visitor.get(path)
    return visitor.upload(path, {"csrf": visitor.token} | fields, {"file": body})


def test_a_file_of_findings_becomes_drafts(world: World) -> None:
    examination = examined(world)
    visitor, path = somebody(world), f"{CHARTS}/{world.target_id}/take"
    answer = visitor.follow(hand_in(visitor, path, ROWS.encode("cp932")))
    assert "The findings are taken over as drafts." in said(answer)
    draft = store.record(world.target_id, examination).draft
    assert draft is not None
    assert draft.chart.findings == (Finding(certainty=Certainty.POSSIBLE, text="潰瘍"),)


def test_a_file_that_lost_letters_on_its_way_is_not_taken(world: World) -> None:
    examination = examined(world)
    visitor, path = somebody(world), f"{CHARTS}/{world.target_id}/take"
    answer = hand_in(visitor, path, ROWS.replace("潰", "\ufffd").encode())
    assert "The file is no text in UTF-8 or Shift_JIS." in said(answer)
    assert store.record(world.target_id, examination).draft is None


def test_rows_that_cannot_be_taken_are_named_on_the_page(world: World) -> None:
    examined(world)
    visitor, path = somebody(world), f"{CHARTS}/{world.target_id}/take"
    answer = hand_in(visitor, path, f"{ROWS}{CANARY_ID},E-1,Polyp,maybe\n".encode())
    assert answer.status == 422
    assert "Row 3 certainty Say how sure it is with one of the four words." in said(answer)


def test_a_fhir_document_becomes_a_draft_and_what_is_left_out_is_listed(world: World) -> None:
    examination = examined(world)
    visitor, path = somebody(world), page_of(world, examination, "/take")
    entry = [*A_BUNDLE["entry"], {"resource": {"resourceType": "Encounter", "id": "e-1"}}]
    body = msgspec.json.encode(A_BUNDLE | {"entry": entry})
    answer = hand_in(visitor, path, body, revision="0")
    assert "It is taken over as a draft" in said(answer)
    assert "Encounter/e-1: this kind of resource is not taken over" in said(answer)
    assert "胃潰瘍" in said(visitor.get(page_of(world, examination)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "This is no FHIR R4 document."),
        (
            msgspec.json.encode(A_BUNDLE | {"entry": A_BUNDLE["entry"][1:]}),
            "The document is about another patient",
        ),
    ],
)
def test_a_document_that_cannot_be_taken_says_why(world: World, body: bytes, words: str) -> None:
    path = page_of(world, examined(world), "/take")
    answer = hand_in(somebody(world), path, body, revision="0")
    assert (answer.status, words in said(answer)) == (422, True)


# --- over time ---------------------------------------------------------------------------------


def measured(world: World, exam: str, on: str, value: str, unit: str = "mm") -> str:
    chart = Chart(
        kind=Kind.OTHER, measurements=(Measurement(value=value, unit=unit, text="Polyp"),)
    )
    examination = examined(world, exam, examined_at=f"{on}T09:00:00")
    signed(world, examination, chart)
    return examination


def test_values_over_time_are_drawn_and_listed(world: World) -> None:
    measured(world, "E-1", "2024-04-01", "8.0")
    measured(world, "E-2", "2026-04-01", "5.50")
    (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
    page = somebody(world).get(f"{CHARTS}/{world.target_id}/patients/{patient['patient_key']}")
    assert page.text.count("<circle") == 2
    assert "From 8.0 on 2024-04-01 to 5.50 on 2026-04-01." in said(page)
    assert "<td" in page.text
    assert "5.50 mm" in said(page)
