"""A facility's people file inquiries in the portal, and see what became of them."""

from __future__ import annotations

import re

import pytest

from chalicelib.inquiries import room_store, store
from chalicelib.inquiries.model import MOST_AN_HOUR, MOST_OPEN, Delivery, InquiryState
from tests.inquiries import scene
from tests.inquiries.asked import FORM, INQUIRIES, NEW, at_inquiries, filed_by, form_on, latest
from tests.support.visitor import Answer, Visitor
from tests.support.world import World


@pytest.fixture
def doctor(world: World) -> Visitor:
    return at_inquiries(world)


def says(answer: Answer) -> str:
    """Return what a page says is wrong, or done."""
    found = re.search(r'role="(?:alert|status)"><p>(.*?)</p>', answer.text)
    return found[1] if found else ""


def line_on(answer: Answer) -> list[str]:
    """Return the states a page shows, those that lie ahead in brackets."""
    listed = answer.text.partition('class="state-line"')[2].partition("</ol>")[0]
    found = re.findall(r'<li class="(is-\w+)".*?"name">([^<]*)<', listed)
    return [f"({name})" if how == "is-ahead" else name for how, name in found]


def test_what_is_filed_has_a_page_of_its_own(doctor: Visitor, world: World) -> None:
    answer = doctor.get(filed_by(doctor))
    assert line_on(answer) == [
        "Filed",
        "(Collected)",
        "(With a department)",
        "(Answered)",
        "(Picked up)",
        "(Closed)",
    ]
    assert latest(world).account == scene.ACCOUNT


def test_a_form_that_is_sent_twice_files_once(doctor: Visitor) -> None:
    form = form_on(doctor)
    assert doctor.upload(NEW, form, {}).location == doctor.upload(NEW, form, {}).location
    assert doctor.get(INQUIRIES).text.count("1 of 20 open") == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"subject": " "}, "Write what it is about, in a few words."),
        ({"text": "x" * 4_001}, "It is too long: a subject has 100 characters at most"),
        ({"kind": ""}, "Choose what kind of inquiry it is."),
        ({"examination": "examination-none", "target": "target-none"}, "is not there, or is not"),
        ({"inquiry_id": "inquiry-old"}, "This page was open for too long."),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(
    doctor: Visitor, world: World, changes: dict[str, str], told: str
) -> None:
    file_id = scene.sent(scene.doctor(world))
    form = form_on(doctor) | {"delivery": "direct", f"file-{file_id}": file_id} | changes
    answer = doctor.upload(NEW, form, {})
    assert told in says(answer)
    assert (answer.status, f'name="file-{file_id}"' in answer.text) == (422, True)
    for name in {"subject", "text"} - changes.keys():
        assert FORM[name].splitlines()[0] in answer.text
    assert 'value="direct" checked' in answer.text


def test_a_page_that_is_too_old_files_when_it_is_sent_again(doctor: Visitor) -> None:
    form = form_on(doctor) | {"inquiry_id": "inquiry-old"}
    again = doctor.upload(NEW, form, {}).text.partition('name="inquiry_id" value="')[2]
    answer = doctor.upload(NEW, form | {"inquiry_id": again.partition('"')[0]}, {})
    assert answer.status == 303


def test_a_full_facility_is_told_how_much_room_there_is(doctor: Visitor, world: World) -> None:
    have_open(world, MOST_OPEN)
    assert f"{MOST_OPEN} of {MOST_OPEN} open" in doctor.get(INQUIRIES).text
    assert f'href="{NEW}"' not in doctor.get(INQUIRIES).text
    assert "Close one that is settled" in says(doctor.upload(NEW, form_on(doctor), {}))


def test_who_asks_too_often_is_told_when_there_is_room(doctor: Visitor, world: World) -> None:
    for _ in range(MOST_AN_HOUR):
        scene.filed(scene.doctor(world))
    answer = doctor.upload(NEW, form_on(doctor), {})
    assert (answer.status, "There is room again at" in answer.text) == (429, True)
    assert FORM["subject"] in answer.text


def have_open(world: World, count: int) -> None:
    """Let a facility have so many open, which takes hours otherwise."""
    row = room_store._Room(f"FACILITY#{world.facility_id}", "INQUIRIES#")
    row.update([type(row).open.set(count)])


# --- files ----------------------------------------------------------------------------------------


def test_a_file_goes_along_without_a_script(doctor: Visitor, world: World) -> None:
    doctor.upload(NEW, form_on(doctor), {"attachment": b"a,b\n"})
    [file] = store.messages(latest(world).inquiry_id)[0].files
    assert (file.name, scene.kept(file.key)) == ("file-1.csv", b"a,b\n")


def test_several_files_are_added_one_by_one(doctor: Visitor, world: World) -> None:
    form = form_on(doctor)
    added = doctor.upload(NEW, form | {"step": "add"}, {"attachment": b"a,b\n"})
    file_id = re.findall(r'name="file-(file-[^"]*)"', added.text)[0]
    more = {f"file-{file_id}": file_id, "keeps_names": "yes"}
    doctor.upload(NEW, form | more, {"attachment": b"c,d\n"})
    files = store.messages(latest(world).inquiry_id)[0].files
    assert [each.name for each in files] == ["a.csv", "a.csv"]


def test_a_file_that_is_no_such_thing_is_refused_by_name(doctor: Visitor) -> None:
    answer = doctor.upload(NEW, form_on(doctor), {"attachment": b"<html>"})
    assert "A file cannot go with it" in says(answer)
    assert FORM["subject"] in answer.text


def test_a_script_is_told_where_a_file_goes(doctor: Visitor) -> None:
    fields = {name: str(it) for name, it in scene.announcement().items()}
    answer = doctor.submit("/portal/inquiry-files", **fields)
    assert (answer.status, '"url":"https://' in answer.text) == (200, True)


def test_a_script_is_told_why_not(doctor: Visitor) -> None:
    fields = {name: str(it) for name, it in scene.announcement("scan.dcm").items()}
    answer = doctor.submit("/portal/inquiry-files", **fields)
    assert (answer.status, answer.text) == (422, '{"code":"dicom-file"}')


def test_a_file_is_saved_from_where_it_is_stored(doctor: Visitor, world: World) -> None:
    file_id = scene.sent(scene.doctor(world), "検査.pdf")
    path = doctor.upload(NEW, form_on(doctor) | {f"file-{file_id}": file_id}, {}).location
    own = path.partition("?")[0]
    doctor.get(own)
    answer = doctor.submit(f"{own}/files/{file_id}")
    assert answer.status == 303
    assert "response-content-disposition=attachment" in answer.location
    assert "response-content-type=application%2Foctet-stream" in answer.location


# --- what became of it ----------------------------------------------------------------------------


def test_an_answer_is_picked_up_by_who_looks(doctor: Visitor, world: World) -> None:
    path = filed_by(doctor)
    scene.answered(latest(world), "The lamp was low")
    assert "Answered</span>" in doctor.get(INQUIRIES).text
    answer = doctor.get(path)
    assert "The lamp was low" in answer.text
    assert line_on(answer)[-2:] == ["Picked up", "(Closed)"]


def test_what_an_answer_did_not_settle_is_asked_again(doctor: Visitor, world: World) -> None:
    path = filed_by(doctor)
    scene.answered(latest(world))
    doctor.get(path)
    answer = doctor.follow(doctor.upload(f"{path}/reply", reply(doctor, "It is dark"), {}))
    assert says(answer) == "It is sent."
    assert line_on(answer)[2:] == ["With a department", "(Answered)", "(Picked up)", "(Closed)"]


def test_a_reply_stays_typed_when_it_is_refused(doctor: Visitor, world: World) -> None:
    path = filed_by(doctor)
    scene.asked_back(scene.routed(latest(world)))
    doctor.get(path)
    long = "あ" * 4_001
    answer = doctor.upload(f"{path}/reply", reply(doctor, long), {})
    assert (answer.status, long in answer.text) == (422, True)


def test_what_is_settled_is_closed(doctor: Visitor, world: World) -> None:
    path = filed_by(doctor)
    scene.answered(latest(world))
    doctor.get(path)
    answer = doctor.send(f"{path}/close")
    assert line_on(answer)[-1] == "Closed"
    assert f'action="{path}/reply"' not in answer.text


def test_what_nobody_collected_is_withdrawn(doctor: Visitor) -> None:
    path = filed_by(doctor)
    doctor.get(path)
    assert line_on(doctor.send(f"{path}/withdraw")) == ["Filed", "Withdrawn"]


def test_what_was_collected_meanwhile_is_not_withdrawn(doctor: Visitor, world: World) -> None:
    path = filed_by(doctor)
    doctor.get(path)
    scene.collected(latest(world))
    answer = doctor.submit(f"{path}/withdraw")
    assert (answer.status, "You can close it instead." in says(answer)) == (409, True)
    assert latest(world).state is InquiryState.COLLECTED


def test_nobody_else_of_the_facility_sees_it(doctor: Visitor, world: World) -> None:
    inquiry = scene.filed(scene.colleague(world))
    assert doctor.get(f"{INQUIRIES}/{inquiry.inquiry_id}").status == 404


def test_a_delivered_answer_is_on_the_line_of_who_chose_it(doctor: Visitor) -> None:
    form = form_on(doctor) | {"delivery": Delivery.DIRECT}
    answer = doctor.go(doctor.upload(NEW, form, {}).location)
    assert line_on(answer)[4:] == ["(Delivered)", "(Closed)"]


def reply(visitor: Visitor, text: str) -> dict[str, str]:
    return {"csrf": visitor.token, "text": text, "step": "send"}
