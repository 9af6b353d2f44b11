"""A released patient chart is shown with its own patient, its own chart and its own pictures."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chalicelib.access.model import Caller, Role
from chalicelib.buckets import derived
from chalicelib.charts.model import Certainty, Chart, Finding, Image, Kind, Mark
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.page import gathering
from chalicelib.patient_charts.page.document import file_html
from chalicelib.patient_charts.page.sheet import Identity, Sheet
from chalicelib.patient_charts.provider import identities
from chalicelib.pictures.model import Rendition
from tests.charts.conftest import made
from tests.charts.scene import CHART, DIGEST, EXAMINED_AT, examined, path_of, signed
from tests.charts.test_pictures import another
from tests.patient_charts.releases import released
from tests.pictures.making import digest
from tests.pictures.stills import a_still
from tests.support.canary import CANARY, CANARY_ID
from tests.support.world import World, build


def release_of(world: World, examination: str, chart: Chart = CHART, **changes: Any) -> Release:
    """Return a release of the first version of an examination's chart."""
    here = {
        "facility_id": world.facility_id,
        "target_id": world.target_id,
        "examination_id": examination,
        "released_at": "2026-04-02T23:00:00.000Z",
    }
    return released(chart, "en", **here | changes)


@pytest.fixture
def examination(world: World) -> str:
    """One with a signed chart, whose picture is made."""
    found = examined(world)
    signed(world, found)
    made(world, found)
    return found


# --- whose and what ------------------------------------------------------------------------------


def test_it_names_the_patient_the_day_and_the_facility(world: World, examination: str) -> None:
    sheet = gathering.sheet(release_of(world, examination), "presigned")
    assert sheet.patient_id == CANARY_ID
    assert sheet.patient_name == "金糸雀 花子"
    assert sheet.examined_on == EXAMINED_AT[:10]
    assert sheet.facility == "Kawabe Clinic"


def test_it_is_under_the_name_the_provider_gives_itself(world: World, examination: str) -> None:
    operator = Caller(Role.OPERATOR, "person-operator", "")
    named = identities.replace(operator, 0, Identity(name="Asahi Medical Archive Ltd."))
    assert gathering.sheet(release_of(world, examination), "presigned").provider == named


def test_the_day_of_release_is_that_of_the_facility(world: World, examination: str) -> None:
    sheet = gathering.sheet(release_of(world, examination), "presigned")
    assert sheet.released_on == "2026-04-03"  # 08:00 in Tokyo


def test_it_shows_the_version_that_was_released_and_not_a_newer_one(
    world: World, examination: str
) -> None:
    record = world.doctor.get(path_of(world, examination))
    body = {"revision": record["revision"], "reason": "A word was wrong"}
    amended = world.doctor.post(path_of(world, examination, "/amend"), body)
    other = msgspec.to_builtins(Chart(kind=Kind.UPPER_GI, narrative="Another text."))
    saved = world.doctor.put(
        path_of(world, examination), {"revision": amended["revision"], "chart": other}
    )
    world.doctor.post(path_of(world, examination, "/sign"), {"revision": saved["revision"]})
    assert gathering.sheet(release_of(world, examination), "presigned").chart == CHART


def a_patient_at(world: World, patient_id: str, name: str) -> Sheet:
    """Return what is shown of the one examination of a patient of that facility's."""
    found = examined(world, "E-1", patient=CANARY | {"id": patient_id, "name": name})
    signed(world, found)
    return gathering.sheet(release_of(world, found), "presigned")


def test_the_same_patient_id_at_two_facilities_is_two_people(world: World) -> None:
    here = a_patient_at(world, "00000010", "YAMADA^HANAKO")
    there = a_patient_at(build(world.client), "00000010", "SUZUKI^TARO")
    assert (here.patient_id, here.patient_name) == ("00000010", "YAMADA HANAKO")
    assert (there.patient_id, there.patient_name) == ("00000010", "SUZUKI TARO")
    assert here.release.document != there.release.document


def test_leading_zeros_tell_two_patients_apart(world: World) -> None:
    first = examined(world, "E-1", patient=CANARY | {"id": "00000010"})
    second = examined(world, "E-2", patient=CANARY | {"id": "10"})
    for each in (first, second):
        signed(world, each)
    sheets = [gathering.sheet(release_of(world, each), "presigned") for each in (first, second)]
    assert [each.patient_id for each in sheets] == ["00000010", "10"]


# --- pictures ------------------------------------------------------------------------------------


def test_a_picture_on_the_web_has_an_address_for_some_minutes(
    world: World, examination: str
) -> None:
    (picture,) = gathering.sheet(release_of(world, examination), "presigned").pictures
    assert f"/{DIGEST}/thumb.webp?" in picture.address
    assert "X-Amz-Expires=300&" in picture.address
    assert (picture.number, picture.sha256, picture.width) == (1, DIGEST, 640)


def test_a_picture_to_take_along_is_within_the_page(world: World, examination: str) -> None:
    sheet = gathering.sheet(release_of(world, examination), "embedded")
    (picture,) = sheet.pictures
    assert picture.address.startswith("data:image/webp;base64,")
    assert f'src="{picture.address}"' in file_html(sheet, "en")


def test_eight_pictures_of_an_endoscope_fit_into_the_file(world: World) -> None:
    stills = {f"E-9/IMG{number}.JPG": a_still(number) for number in range(8)}
    found = another(world, stills, "E-9")
    images = tuple(Image(sha256=digest(each), note="Angulus") for each in stills.values())
    chart = msgspec.structs.replace(CHART, findings=CHART.findings[1:], images=images)
    signed(world, found, chart)
    made(world, found)
    page = file_html(gathering.sheet(release_of(world, found, chart), "embedded"), "en")
    assert page.count('src="data:image/webp') == 8
    assert len(page.encode()) <= 200_000


@pytest.mark.parametrize("how", ["presigned", "embedded"])
def test_a_picture_that_is_not_made_yet_says_so(world: World, how: gathering.Pictures) -> None:
    found = examined(world)
    signed(world, found)
    (picture,) = gathering.sheet(release_of(world, found), how).pictures
    assert (picture.address, picture.why_not) == ("", gathering.BEING_MADE)


def test_a_picture_that_was_lost_says_so(world: World, examination: str) -> None:
    derived.erase(derived.key(world.target_id, DIGEST, each) for each in Rendition)
    (picture,) = gathering.sheet(release_of(world, examination), "embedded").pictures
    assert (picture.address, picture.why_not) == ("", gathering.TO_BE_MADE_AGAIN)


def test_what_holds_no_picture_keeps_its_number_and_says_so(world: World) -> None:
    files = {"E-9/a.jpg": b"no picture", "E-9/b.jpg": a_still(1)}
    found = another(world, files, "E-9")
    finding = Finding(certainty=Certainty.PRESENT, text="ulcer", mark=1)
    images = tuple(
        Image(sha256=digest(body), marks=(Mark(number=number),))
        for number, body in enumerate(files.values(), start=1)
    )
    chart = Chart(kind=Kind.UPPER_GI, findings=(finding,), images=images)
    signed(world, found, chart)
    made(world, found)
    first, second = gathering.sheet(release_of(world, found, chart), "presigned").pictures
    assert (first.number, first.address, first.why_not) == (1, "", "no-picture")
    assert (second.number, second.why_not) == (2, "")
    assert f"/{digest(files['E-9/b.jpg'])}/" in second.address
