"""The album: what is stored, by month, kind and patient; what a page of it costs."""

from __future__ import annotations

import gzip
from functools import partial
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.album import model, service
from chalicelib.archive.store import examinations
from chalicelib.audit.store import of_facility
from chalicelib.settings import settings
from tests.album.scene import an_examination, caller, open_as_case, use_up, with_tool
from tests.faults.crashes import calls_of
from tests.faults.stored import rows_of
from tests.portal.test_home import said
from tests.support.canary import CANARY_ID, found_in
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World, a_form, build
from tests.web.test_languages import mislabelled

ALBUM = "/portal/album"
TARO = {"id": "P-2", "name": "YAMADA^TARO=山田^太郎=やまだ^たろう"}


@pytest.fixture
def equipped(world: World) -> World:
    with_tool(world)
    return world


def doctor(world: World, language: str = "en") -> Visitor:
    found = signed_in(Role.DOCTOR, world.facility_id)
    found.language = language
    return found


def album(world: World, query: str = "") -> str:
    return said(doctor(world).get(ALBUM + query).text)


def many(world: World, count: int, kind: str = "EGD") -> None:
    """Put rows of so many examinations into the catalogue, past the agent."""
    table = boto3.resource("dynamodb").Table(settings().catalogue_table)
    pk = f"TARGET#{world.target_id}"
    with table.batch_writer() as write:
        for number in range(count):
            exam_id, day = f"exam-{number:06}", f"2026-03-{number % 28 + 1:02}"
            row: dict[str, Any] = {
                "pk": pk,
                "sk": f"EXAM#{exam_id}",
                "listing_pk": pk,
                "kind": kind,
            }
            row |= {"listing_sk": f"{day}#{exam_id}", "examined_at": day, "objects": 1}
            write.put_item(Item=row | {"size_bytes": 1, "described_by": "x#y"})


# --- what is shown -------------------------------------------------------------------------------


def test_examinations_stand_in_their_months_newest_first(equipped: World) -> None:
    an_examination(equipped, 1, day="2026-03-05")
    an_examination(equipped, 2, day="2026-04-01T09:30:00")
    page = album(equipped)
    assert page.index("Apr 2026") < page.index("2026-04-01 09:30") < page.index("Mar 2026")
    assert "金糸雀 花子" in page
    assert "3 pictures" in page


def test_a_month_a_kind_and_a_patient_can_be_asked_for(equipped: World) -> None:
    an_examination(equipped, 1, day="2026-03-05", kind="CT")
    an_examination(equipped, 2, day="2026-04-01", kind="EGD", **TARO)
    assert "2026-04-01" not in album(equipped, "?month=2026-03")
    assert "2026-03-05" not in album(equipped, "?kind=EGD")
    (taro,) = service.find(caller(equipped), service.of(caller(equipped)), "", "P-2")[1]
    page = album(equipped, f"?patient={taro.patient_key}")
    assert "山田 太郎" in page
    assert "金糸雀" not in page


def test_a_day_can_be_asked_for_with_or_without_its_hour(equipped: World) -> None:
    an_examination(equipped, 1, day="2026-04-01")
    an_examination(equipped, 2, day="2026-04-01T09:30:00")
    an_examination(equipped, 3, day="2026-04-10")
    page = doctor(equipped).get(f"{ALBUM}?day=2026-04-01")
    assert page.status == 200
    assert page.text.count('<li class="card') == 2
    assert "2026-04-10" not in page.text


@pytest.mark.parametrize("typed", ["2026/04/10", "２０２６-０４-１０", " 2026-04-10 "])
def test_a_day_is_read_as_people_type_it(equipped: World, typed: str) -> None:
    an_examination(equipped, 1, day="2026-04-10")
    page = doctor(equipped).get(f"{ALBUM}?{urlencode({'day': typed})}")
    assert page.status == 200
    assert page.text.count('<li class="card') == 1


def test_a_day_is_combined_with_a_kind_and_a_patient(equipped: World) -> None:
    an_examination(equipped, 1, day="2026-04-01", kind="CT", **TARO)
    an_examination(equipped, 2, day="2026-04-01", kind="EGD", **TARO)
    an_examination(equipped, 3, day="2026-04-01", kind="CT")
    an_examination(equipped, 4, day="2026-04-02", kind="CT", **TARO)
    (taro,) = service.find(caller(equipped), service.of(caller(equipped)), "", "P-2")[1]
    counts = {
        query: doctor(equipped).get(f"{ALBUM}?day=2026-04-01{query}").text.count('<li class="card')
        for query in ("&kind=CT", f"&patient={taro.patient_key}")
    }
    assert list(counts.values()) == [2, 2]
    both = f"{ALBUM}?day=2026-04-01&kind=CT&patient={taro.patient_key}"
    assert doctor(equipped).get(both).text.count('<li class="card') == 1


def test_a_day_stays_asked_for_on_the_next_page(
    equipped: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "A_PAGE", 2)
    many(equipped, 28 * 3)  # three of each day
    visitor = doctor(equipped)
    rest = visitor.get(_following(visitor.get(f"{ALBUM}?day=2026-03-05")))
    assert rest.text.count('<li class="card') == 1
    assert "2026-03-05" in rest.text


def test_a_day_without_examinations_says_so_and_names_its_patient(equipped: World) -> None:
    an_examination(equipped, 1, **TARO)
    (taro,) = service.find(caller(equipped), service.of(caller(equipped)), "", "P-2")[1]
    page = album(equipped, f"?day=2026-05-05&patient={taro.patient_key}")
    assert "No examination of this day is stored here." in page
    assert "山田 太郎" in page


@pytest.mark.parametrize("query", ["day=2026-02-30", "day=yesterday", "month=2026-13"])
def test_what_is_no_date_is_said_to_be_none_and_narrows_nothing(
    equipped: World, query: str
) -> None:
    an_examination(equipped, 1, day="2026-04-01")
    page = doctor(equipped).get(f"{ALBUM}?{query}")
    assert page.status == 422
    assert f"This is no {query.partition('=')[0]}, so all are shown." in said(page.text)
    assert page.text.count('<li class="card') == 1


def test_what_is_open_says_so_and_cases_are_counted(equipped: World) -> None:
    an_examination(equipped)
    assert "0 / 100 cases" in album(equipped)
    assert "Open" in album(equipped)
    open_as_case(equipped)
    page = album(equipped)
    assert "1 / 100 cases" in page
    assert "Look" in page


def test_a_page_holds_forty_and_leads_to_the_rest(equipped: World) -> None:
    many(equipped, 45)
    visitor = doctor(equipped)
    first = visitor.get(ALBUM)
    assert first.text.count('<li class="card') == model.A_PAGE
    rest = visitor.get(_following(first))
    assert rest.text.count('<li class="card') == 5
    assert "Earlier examinations" not in rest.text


def _following(page: Answer) -> str:
    before = page.text[: page.text.index("Earlier examinations")]
    return before[before.rindex('href="') + 6 : before.rindex('"')].replace("&amp;", "&")


def test_a_rare_kind_is_looked_for_a_few_hundred_at_a_time(
    equipped: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOKED_THROUGH", 10)
    many(equipped, 15)
    an_examination(equipped, 1, day="2026-01-01", kind="CT")
    visitor = doctor(equipped)
    first = visitor.get(f"{ALBUM}?kind=CT")
    assert "None among these" in said(first.text)
    assert visitor.get(_following(first)).text.count('<li class="card') == 1


def test_more_of_a_kind_than_a_page_holds_are_all_reached(equipped: World) -> None:
    many(equipped, 90)
    visitor, seen = doctor(equipped), 0
    page = visitor.get(f"{ALBUM}?kind=EGD")
    while True:
        seen += page.text.count('<li class="card')
        if "Earlier examinations" not in page.text:
            break
        page = visitor.get(_following(page))
    assert seen == 90


def test_without_a_display_tool_the_album_says_how_to_get_one(world: World) -> None:
    an_examination(world)
    page = album(world)
    assert "Your facility has no display tool." in page
    assert "金糸雀" not in page


def test_the_newest_target_is_shown_and_others_can_be_chosen(equipped: World) -> None:
    an_examination(equipped)
    added = equipped.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    equipped.admin.post("/contracts", a_form(added["target_id"]), status=201)
    page = doctor(equipped).get(ALBUM)
    assert "金糸雀" not in page.text
    assert f"{ALBUM}?target={equipped.target_id}" in page.text
    assert "金糸雀" in doctor(equipped).get(f"{ALBUM}?target={equipped.target_id}").text


def test_anothers_album_does_not_exist(client: Client, equipped: World) -> None:
    an_examination(equipped)
    other = build(client)
    with_tool(other)
    stranger = doctor(other)
    assert stranger.get(f"{ALBUM}?target={equipped.target_id}").status == 404
    stranger.get("/portal")
    found = stranger.submit(f"{ALBUM}/find", target=equipped.target_id, patient="CANARY")
    assert found.status == 404


def test_a_page_of_the_album_is_on_record_before_it_is_shown(equipped: World) -> None:
    an_examination(equipped)
    doctor(equipped).get(ALBUM)
    assert [each.action for _, each, _ in of_facility(equipped.facility_id)][-1] == (
        "list-examinations"
    )


# --- what it costs -------------------------------------------------------------------------------

SESSION, AUDIT = ["GetItem"], ["GetItem", "TransactWriteItems"]


@pytest.mark.parametrize("count", [3, 200])
def test_a_page_takes_three_calls_however_much_is_stored(equipped: World, count: int) -> None:
    many(equipped, count)
    visitor = doctor(equipped)
    visitor.get(ALBUM)  # the facility's zone is asked for once a process
    for asked in (ALBUM, f"{ALBUM}?day=2026-03-05"):
        calls = calls_of(partial(visitor.get, asked))
        assert calls == [*SESSION, "Query", *AUDIT, "Query", "BatchGetItem"], asked


def test_a_full_page_is_small(equipped: World) -> None:
    many(equipped, 100)
    page = doctor(equipped).get(ALBUM).text
    assert len(gzip.compress(page.encode())) < 10_000


# --- finding somebody ----------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["P-2", "山田", "山", "太郎", "ヤマダ", "やまだ　たろう", "Yama"])
def test_a_patient_is_found_however_they_are_typed(equipped: World, typed: str) -> None:
    an_examination(equipped, 1)
    an_examination(equipped, 2, **TARO)
    visitor = doctor(equipped)
    visitor.get(ALBUM)
    page = visitor.submit(f"{ALBUM}/find", patient=typed)
    assert "山田 太郎" in said(page.text)
    assert "金糸雀" not in page.text


def test_who_was_renamed_is_found_by_the_new_name_alone(equipped: World) -> None:
    an_examination(equipped, 1, **TARO)
    an_examination(equipped, 1, **TARO | {"name": "SUZUKI^TARO"})
    here = caller(equipped)
    tool = service.of(here)
    assert [each.name for each in service.find(here, tool, "", "suzuki")[1]] == ["SUZUKI^TARO"]
    assert service.find(here, tool, "", "yamada")[1] == []


def test_nobody_is_said_and_what_was_typed_is_kept(equipped: World) -> None:
    an_examination(equipped)
    visitor = doctor(equipped)
    visitor.get(ALBUM)
    page = visitor.submit(f"{ALBUM}/find", patient="nobody")
    assert "Nobody here has this number" in said(page.text)
    assert 'value="nobody"' in page.text


def test_no_address_tells_a_patient(equipped: World) -> None:
    an_examination(equipped)
    visitor = doctor(equipped)
    page = visitor.get(ALBUM)
    found = visitor.submit(f"{ALBUM}/find", patient=CANARY_ID)
    for text in (page.text, found.text):
        addresses = [each.partition('"')[0] for each in text.split('href="')[1:]]
        assert not [each for each in addresses if found_in(each)]


def test_a_rebuilt_catalogue_finds_patients_by_name_again(equipped: World) -> None:
    an_examination(equipped, 1, **TARO)
    table = boto3.resource("dynamodb").Table(settings().catalogue_table)
    for row in table.scan()["Items"]:
        if str(row["sk"]).startswith("NAME#"):
            table.delete_item(Key={"pk": row["pk"], "sk": row["sk"]})
    here = caller(equipped)
    assert service.find(here, service.of(here), "", "yamada")[1] == []
    command: dict[str, Any] = {"command": "rebuild-catalogue", "target_id": equipped.target_id}
    equipped.client.lambda_.invoke("operate", command)
    assert len(service.find(here, service.of(here), "", "yamada")[1]) == 1


def test_a_name_in_letters_and_kanji_takes_four_rows(equipped: World) -> None:
    an_examination(equipped, 1, **TARO)
    assert len(rows_of(equipped, "NAME#")) == 4


def test_a_patients_examinations_cost_names_only_once(equipped: World) -> None:
    an_examination(equipped, 1, **TARO)
    calls = calls_of(lambda: an_examination(equipped, 2, **TARO))
    assert "BatchWriteItem" not in calls
    assert examinations.patients(equipped.target_id, None)[0][0].name == TARO["name"]


# --- a case --------------------------------------------------------------------------------------


@pytest.fixture
def case(equipped: World) -> str:
    an_examination(equipped)
    return open_as_case(equipped)


def test_a_case_shows_its_pictures_in_the_order_of_their_paths(equipped: World, case: str) -> None:
    page = doctor(equipped).get(case)
    text = said(page.text)
    assert "金糸雀 花子" in text
    assert text.index("Picture 1") < text.index("Picture 2") < text.index("Picture 3")
    assert f"{case}/pictures/3" in page.text


def test_a_picture_leads_to_the_next_and_the_one_before(equipped: World, case: str) -> None:
    middle = doctor(equipped).get(f"{case}/pictures/2").text
    assert f'rel="prev" href="{case}/pictures/1"' in middle
    assert f'rel="next" href="{case}/pictures/3"' in middle
    first, last = (doctor(equipped).get(f"{case}/pictures/{each}").text for each in (1, 3))
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last


@pytest.mark.parametrize("number", ["0", "4", "x", "-1", "９", "1000000"])
def test_what_is_no_picture_is_not_found(equipped: World, case: str, number: str) -> None:
    assert doctor(equipped).get(f"{case}/pictures/{number}").status == 404


def test_two_pictures_that_were_ticked_are_compared(equipped: World, case: str) -> None:
    page = said(doctor(equipped).get(f"{case}/compare?picture-1=1&picture-3=3").text)
    assert "Two pictures beside each other" in page
    assert "Picture 1" in page
    assert "Picture 3" in page


def test_one_picture_is_not_compared_and_the_case_says_so(equipped: World, case: str) -> None:
    page = doctor(equipped).go(f"{case}/compare?picture-1=1")
    assert "Tick two pictures to compare them." in said(page.text)


def test_the_original_is_handed_out_as_it_was_sent_and_on_record(
    equipped: World, case: str
) -> None:
    visitor = doctor(equipped)
    visitor.get(f"{case}/pictures/1")
    handed = visitor.submit(f"{case}/pictures/1/original")
    assert handed.status == 303
    assert "response-content-disposition=attachment" in handed.location
    assert found_in(handed.location) == []
    actions = [event.action for _, event, _ in of_facility(equipped.facility_id)]
    assert actions[-1] == "download-original"


def test_only_pages_with_pictures_may_show_those_of_the_bucket(equipped: World, case: str) -> None:
    allowed = "img-src 'self' https://"
    for path in (ALBUM, case, f"{case}/pictures/1"):
        assert allowed in doctor(equipped).get(path).headers["Content-Security-Policy"], path
    other = doctor(equipped).get(f"{ALBUM}/cases")
    assert allowed not in other.headers["Content-Security-Policy"]


def test_a_large_examination_is_shown_a_part_at_a_time(
    equipped: World, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    from chalicelib.album import case_pages

    monkeypatch.setattr(service, "PICTURES_A_PAGE", 2)
    monkeypatch.setattr(case_pages, "PICTURES_A_PAGE", 2)
    visitor = doctor(equipped)
    assert f"{case}?first=3" in visitor.get(case).text
    rest = visitor.get(f"{case}?first=3").text
    assert f"{case}/pictures/3" in rest
    assert f"{case}?first=1" in rest


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_in_the_language_it_says(equipped: World, case: str, language: str) -> None:
    use_up(equipped, 1)
    an_examination(equipped, 2, **TARO)
    visitor = doctor(equipped, language)
    paths = [
        ALBUM,
        f"{ALBUM}?kind=CT&month=2026-04",
        f"{ALBUM}?day=2026-04-01",
        f"{ALBUM}/cases",
        case,
        f"{case}?choose=two",
        f"{case}/pictures/2",
        f"{case}/compare?picture-1=1&picture-2=2",
    ]
    pages = {path: visitor.get(path) for path in paths}
    pages["find"] = visitor.submit(f"{ALBUM}/find", patient="山田")
    for path, page in pages.items():
        assert page.status == 200, path
        assert mislabelled(page.text) == [], path
        assert len(page.text) < 30_000, path
