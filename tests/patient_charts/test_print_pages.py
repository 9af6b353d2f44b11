"""The print queue in the portal, in a browser without JavaScript."""

from __future__ import annotations

import re
from html import unescape

import pytest

from chalicelib.access.model import Role
from chalicelib.kernel import clock
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.page.sheet import Identity, Place
from chalicelib.patient_charts.prints import service as printing_service
from chalicelib.patient_charts.prints import store as print_store
from chalicelib.patient_charts.prints.model import PrintJob, Stage
from chalicelib.patient_charts.provider import identity_store
from tests.charts.scene import examined, signed
from tests.patient_charts.paper import a_released, another_target, queue, staff_of, withdrawn
from tests.patient_charts.slip_scene import release as released
from tests.support.canary import CANARY, CANARY_ID
from tests.support.visitor import Answer, Texts, Visitor, signed_in
from tests.support.world import World
from tests.web.test_languages import mislabelled

PRINTING = "/portal/printing"
TYPED = {"name": "見本 花子", "postal_code": "1000001", "lines": "東京都千代田区千代田1-1"}


def said(answer: Answer) -> str:
    return " ".join(text for _, text in Texts(answer.text).said)


def somebody(world: World, language: str = "en") -> Visitor:
    found = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    found.language = language
    return found


def ask_of(release: Release) -> str:
    place = f"/portal/charts/{release.target_id}/examinations/{release.examination_id}"
    return f"{place}/patient/print"


def hidden(page: Answer) -> dict[str, str]:
    form = max(re.findall(r"<form.*?</form>", page.text, re.DOTALL), key=len)
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def asked(visitor: Visitor, release: Release, **typed: str) -> Answer:
    path = ask_of(release)
    page = visitor.get(path)
    return visitor.send(path, **(hidden(page) | TYPED | typed))


def listed(world: World, stage: Stage) -> list[PrintJob]:
    return [each.job for each in printing_service.page_of(staff_of(world), stage, None)[0]]


def ticked(visitor: Visitor, step: str, *jobs: PrintJob, stage: str = "queued") -> Answer:
    visitor.get(f"{PRINTING}?stage={stage}")
    boxes = {f"job-{each.job_id}": "1" for each in jobs}
    return visitor.send(PRINTING, step=step, stage=stage, **boxes)


# --- asking ----------------------------------------------------------------------------------


def test_staff_put_a_release_into_the_queue(world: World) -> None:
    release = a_released(world)
    answer = asked(somebody(world), release)
    assert "It is in the queue." in said(answer)
    (job,) = listed(world, Stage.QUEUED)
    assert (job.number, job.address.postal_code, job.address.name) == (1, "100-0001", "見本 花子")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "Write whom the letter goes to"),
        ("postal_code", "〒12", "This is no postal code."),
        ("lines", "", "Write the address in 1 to 4 lines"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_is_kept(
    world: World, field: str, value: str, words: str
) -> None:
    answer = asked(somebody(world), a_released(world), **{field: value})
    assert answer.status == 422
    assert words in said(answer)
    assert "東京都千代田区千代田1-1" in answer.text or field == "lines"
    assert listed(world, Stage.QUEUED) == []


def test_a_version_replaced_while_the_form_was_open_is_not_queued(world: World) -> None:
    release, visitor = a_released(world), somebody(world)
    form = hidden(visitor.get(ask_of(release)))
    released(world, release.examination_id)
    answer = visitor.send(ask_of(release), **form, **TYPED)
    assert answer.status == 409
    assert "A doctor changed what patients may read meanwhile." in said(answer)


def test_what_nobody_released_cannot_be_posted(world: World) -> None:
    examination = examined(world)
    signed(world, examination)
    path = f"/portal/charts/{world.target_id}/examinations/{examination}/patient/print"
    page = somebody(world).get(path)
    assert "a doctor has to release it first" in said(page)
    assert 'name="job_id"' not in page.text


def test_a_form_with_an_id_of_its_own_making_is_refused(world: World) -> None:
    assert asked(somebody(world), a_released(world), job_id="print-../x").status == 404


def test_an_address_stands_in_no_address(world: World) -> None:
    release, visitor = a_released(world), somebody(world)
    visitor.get(ask_of(release))
    answer = visitor.submit(ask_of(release), **hidden(visitor.get(ask_of(release))), **TYPED)
    assert answer.location == f"{PRINTING}?done=1&to=queued"


def test_the_page_that_explains_a_chart_leads_to_the_post_while_it_may_be_read(
    world: World,
) -> None:
    release, visitor = a_released(world), somebody(world)
    explained = ask_of(release).removesuffix("/print") + "?in=en"
    assert f'href="{ask_of(release)}?in=en"' in visitor.get(explained).text
    withdrawn(release)
    assert ask_of(release) not in visitor.get(explained).text


# --- the list --------------------------------------------------------------------------------


def test_a_job_goes_through_its_tabs(world: World) -> None:
    job, visitor = queue(world, a_released(world)), somebody(world)
    answer = ticked(visitor, "printed", job)
    assert "Printed: 1" in said(answer)
    answer = ticked(visitor, "posted", job, stage="printed")
    assert "Posted: 1" in said(answer)
    assert "見本 花子" in said(visitor.get(f"{PRINTING}?stage=posted"))


def test_nothing_ticked_says_so(world: World) -> None:
    queue(world, a_released(world))
    answer = ticked(somebody(world), "printed")
    assert answer.status == 422
    assert "Tick 1 to 20 of them first." in said(answer)


def test_a_job_that_was_replaced_says_which_version_to_print(world: World) -> None:
    release = a_released(world)
    job, visitor = queue(world, release), somebody(world)
    released(world, release.examination_id)
    assert "Version 2 was released since. Print that one." in said(visitor.get(PRINTING))
    answer = ticked(visitor, "printed", job)
    assert answer.status == 409
    assert "These stay where they are" in said(answer)
    assert [each.job_id for each in listed(world, Stage.QUEUED)] == [job.job_id]


def test_paper_that_was_taken_back_is_to_be_destroyed(world: World) -> None:
    release = a_released(world)
    job, visitor = queue(world, release), somebody(world)
    ticked(visitor, "printed", job)
    withdrawn(release)
    answer = ticked(visitor, "posted", job, stage="printed")
    assert "Destroy the paper that was printed." in said(answer)


def test_the_list_is_paged(world: World) -> None:
    release = a_released(world)
    jobs = [queue(world, release) for _ in range(printing_service.PAGE + 1)]
    first = somebody(world).get(PRINTING)
    assert jobs[0].job_id not in first.text
    following = unescape(first.text.partition("cursor=")[2].partition('"')[0])
    second = somebody(world).get(f"{PRINTING}?stage=queued&cursor={following}")
    assert jobs[0].job_id in second.text
    assert jobs[-1].job_id not in second.text


def test_the_list_shows_a_job_whose_records_were_deleted(world: World) -> None:
    import boto3

    from chalicelib.settings import settings

    job = queue(world, a_released(world))
    table = boto3.resource("dynamodb").Table(settings().catalogue_table)
    for row in table.scan()["Items"]:
        table.delete_item(Key={"pk": row["pk"], "sk": row["sk"]})
    assert "A doctor has taken this version back." in said(somebody(world).get(PRINTING))
    ticked(somebody(world), "cancelled", job)
    assert print_store.job(world.facility_id, job.job_id, clock.now()).stage is Stage.CANCELLED


# --- labels ----------------------------------------------------------------------------------


def labels_of(page: Answer) -> list[str]:
    return [
        " ".join(re.sub(r"<[^>]*>", " ", each).split())
        for each in re.findall(r'<li class="label".*?</li>', page.text, re.DOTALL)
    ]


def test_a_label_has_the_recipient_as_post_offices_read_it(world: World) -> None:
    job = queue(world, a_released(world, language="ja"))
    (label,) = labels_of(ticked(somebody(world), "labels", job))
    assert label.startswith("〒100-0001 東京都千代田区千代田1-1 見本ビル 101 見本 花子 様")


def test_labels_begin_at_the_first_free_one(world: World) -> None:
    job, visitor = queue(world, a_released(world)), somebody(world)
    visitor.get(PRINTING)
    fields = {f"job-{job.job_id}": "1", "step": "labels", "first": "12", "stage": "queued"}
    labels = labels_of(visitor.send(PRINTING, **fields))
    assert len(labels) == 12
    assert [bool(each) for each in labels] == [False] * 11 + [True]


def test_a_label_says_nothing_of_the_examination(world: World) -> None:
    job = queue(world, a_released(world))
    (label,) = labels_of(ticked(somebody(world), "labels", job))
    assert "endoscopy" not in label.lower()
    assert "ulcer" not in label


@pytest.mark.parametrize("places", [tuple(Place), (Place.PAGE, Place.PRINT)])
def test_a_label_names_the_provider_only_where_it_may(
    world: World, places: tuple[Place, ...]
) -> None:
    identity_store.replace(0, Identity(name="Hikari Imaging", places=places))
    job = queue(world, a_released(world))
    (label,) = labels_of(ticked(somebody(world), "labels", job))
    assert "Kawabe Clinic" in label
    assert ("Hikari Imaging" in label) == (Place.LABEL in places)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_page_says_the_language_of_what_is_in_another(world: World, language: str) -> None:
    release = a_released(world)
    queue(world, release)
    visitor = somebody(world, language)
    for path in (PRINTING, ask_of(release)):
        assert mislabelled(visitor.get(path).text) == []


# --- on paper --------------------------------------------------------------------------------


def articles_of(page: Answer) -> list[str]:
    return re.findall(r'<article class="leaf".*?</article>', page.text, re.DOTALL)


def test_ticked_jobs_are_one_page_each_patient_apart(world: World) -> None:
    first, second = (queue(world, a_released(world, exam)) for exam in ("E-1", "E-2"))
    page = ticked(somebody(world), "print", first, second)
    assert page.status == 200
    assert [first.job_id in each for each in articles_of(page)] == [True, False]


def test_no_name_on_the_page_is_there_twice(world: World) -> None:
    jobs = [queue(world, a_released(world, exam)) for exam in ("E-1", "E-2", "E-3")]
    page = ticked(somebody(world), "print", *jobs)
    ids = re.findall(r'\sid="([^"]*)"', page.text)
    named = re.findall(r'aria-labelledby="([^"]*)"', page.text)
    assert len(ids) == len(set(ids))
    assert {name for each in named for name in each.split()} <= set(ids)
    assert not re.search("<section[^>]* aria-labelledby", page.text)


def test_the_same_patient_number_at_two_targets_is_two_patients(world: World) -> None:
    """Failure mode 12: whoever shares a number shares no sheet."""
    other = another_target(world)
    jobs = [
        queue(world, a_released(world)),
        queue(other, a_released(other, patient={**CANARY, "name": "BETSU^JIRO=別^次郎"})),
    ]
    page = ticked(somebody(world), "print", *jobs)
    found = articles_of(page)
    assert ["金糸雀 花子" in each for each in found] == [True, False]
    assert ["別 次郎" in each for each in found] == [False, True]
    assert all(CANARY_ID in each for each in found)


def test_a_sheet_is_in_the_language_of_its_release(world: World) -> None:
    job = queue(world, a_released(world, language="ja"))
    (article,) = articles_of(ticked(somebody(world), "print", job))
    assert 'lang="ja"' in article
    assert "検査" in article


def test_what_was_taken_back_is_not_on_the_page_and_says_so(world: World) -> None:
    gone, stays = (a_released(world, exam) for exam in ("E-1", "E-2"))
    jobs = [queue(world, gone), queue(world, stays)]
    withdrawn(gone)
    page = ticked(somebody(world), "print", *jobs)
    assert len(articles_of(page)) == 1
    assert "A doctor has taken this version back." in said(page)


def test_the_page_says_that_they_are_printed(world: World) -> None:
    jobs = [queue(world, a_released(world, exam)) for exam in ("E-1", "E-2")]
    visitor = somebody(world)
    page = ticked(visitor, "print", *jobs)
    visitor.send(PRINTING, **hidden(page), step="printed")
    assert len(listed(world, Stage.PRINTED)) == 2
