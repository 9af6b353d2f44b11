"""The pages of areas: who sees what, what a refusal says, and where each form leads."""

from __future__ import annotations

import pytest

from chalicelib.access.model import Role
from chalicelib.areas import service
from chalicelib.areas.model import ROOT, Right
from tests.areas.scene import admin, doctor, in_bin, names, send
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World


def visitor_of(area: World, role: Role = Role.FACILITY_ADMIN) -> Visitor:
    """Return somebody of the facility, with the list of areas open."""
    found = signed_in(role, area.facility_id)
    found.get("/portal/areas")
    return found


def home(area: World) -> str:
    return f"/portal/areas/{area.target_id}"


def first_folder(area: World) -> str:
    return f"{home(area)}/folders/{ROOT}"


def test_an_administrator_sees_all_areas_and_how_full_they_are(area: World) -> None:
    send(area, {"a.txt": bytes(5_000_000)})
    page = visitor_of(area).get("/portal/areas")
    assert "Teaching files" in page.text
    assert "5.00 MB of 10.0 MB used (50%)" in page.text


def test_a_doctor_without_a_right_sees_no_area(area: World) -> None:
    assert "No area is open to you" in visitor_of(area, Role.DOCTOR).get("/portal/areas").text
    assert visitor_of(area, Role.DOCTOR).get(first_folder(area)).status == 404


def test_who_may_only_read_is_offered_nothing_to_change(area: World) -> None:
    send(area, {"a.txt": b"a"})
    doctor(area, Right.READ, person_id="person-doctor")
    page = visitor_of(area, Role.DOCTOR).get(first_folder(area))
    assert "a.txt" in page.text
    assert "sender" not in page.text
    assert "New folder" not in page.text


def test_the_people_page_names_each_doctor_and_gives_a_right(area: World) -> None:
    doctor(area, person_id="person-mori")
    visitor = visitor_of(area)
    page = visitor.get(f"{home(area)}/people")
    assert "person-mori@clinic.example</label>" in page.text
    answer = visitor.send(f"{home(area)}/people", person="person-mori", right="write")
    assert "They have this right now" in answer.text
    assert service.people(admin(area), area.target_id)[0].right is Right.WRITE


def test_a_small_file_comes_by_a_form_under_its_own_name(area: World) -> None:
    visitor = visitor_of(area)
    visitor.get(first_folder(area))
    fields = {"csrf": visitor.token, "on_taken": ""}
    answer = visitor.upload(f"{first_folder(area)}/files", fields, {"file": b"1,2"})
    assert answer.location.endswith("done=sent")
    assert names(area) == ["a.csv"]


def test_a_form_without_a_file_says_so(area: World) -> None:
    visitor = visitor_of(area)
    visitor.get(first_folder(area))
    answer = visitor.submit(f"{first_folder(area)}/files")
    assert answer.status == 422
    assert "Choose a file." in answer.text


@pytest.mark.parametrize(("name", "status"), [("A.TXT", 409), ("a/b", 422)])
def test_a_refused_folder_says_why_and_keeps_what_was_typed(
    area: World, name: str, status: int
) -> None:
    send(area, {"a.txt": b"a"})
    visitor = visitor_of(area)
    visitor.get(first_folder(area))
    answer = visitor.submit(first_folder(area), name=name)
    assert answer.status == status
    assert f'value="{name}"' in answer.text
    assert answer.title.startswith("Error: ")


def test_a_download_leads_to_where_the_file_is_stored(area: World) -> None:
    [node] = send(area, {"a.txt": b"a"})
    visitor = visitor_of(area)
    visitor.get(f"{home(area)}/nodes/{node.node_id}")
    answer = visitor.submit(f"{home(area)}/nodes/{node.node_id}/download")
    assert answer.status == 303
    assert "attachment" in answer.location


def test_a_download_tells_the_files_name_to_the_page_and_not_in_its_address(area: World) -> None:
    [node] = send(area, {"Yamada Taro.txt": b"a"})
    visitor, path = visitor_of(area), f"{home(area)}/nodes/{node.node_id}"
    page = visitor.get(path)
    assert 'data-saves-as="Yamada Taro.txt"' in page.text
    answer = visitor.submit(f"{path}/download")
    assert "Yamada" not in answer.location
    stored_at = "https://" + answer.location.split("/")[2]
    assert f"connect-src 'self' {stored_at};" in page.headers["Content-Security-Policy"]


def test_what_is_shared_is_found_and_shows_nothing_above_it(area: World) -> None:
    [folder] = send(area, {"lecture/a.txt": b"a"})
    admins = visitor_of(area)
    page = admins.get(f"{home(area)}/nodes/{folder.node_id}")
    until = page.text.partition('id="until"')[2].partition('value="')[2][:10]
    path = f"{home(area)}/nodes/{folder.node_id}/shares"
    assert "It is shared." in admins.send(path, person="everybody", until=until).text
    doctors = visitor_of(area, Role.DOCTOR)
    assert "lecture" in doctors.get("/portal/shared-files").text
    page = doctors.get(f"{home(area)}/folders/{folder.node_id}")
    assert "a.txt" in page.text
    assert "Teaching files" not in page.text


def test_erasing_wants_to_be_ticked(area: World) -> None:
    [node] = send(area, {"a.txt": b"a"})
    service.bin_node(admin(area), area.target_id, node.node_id)
    visitor = visitor_of(area)
    visitor.get(f"{home(area)}/bin")
    assert visitor.submit(f"{home(area)}/nodes/{node.node_id}/erase").status == 409
    assert in_bin(area) == ["a.txt"]


def test_a_script_hears_a_refusal_by_its_code(area: World) -> None:
    doctor(area, Right.READ, person_id="person-doctor")
    reader = visitor_of(area, Role.DOCTOR)
    answer = reader.submit(f"{home(area)}/uploads")
    assert (answer.status, "not-allowed" in answer.text) == (403, True)
