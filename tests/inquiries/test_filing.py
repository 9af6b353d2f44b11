"""What a facility's people file, see and take back."""

from __future__ import annotations

from chalicelib.inquiries import filing
from tests.inquiries.scene import PDF, colleague, doctor, filed, kept, sent
from tests.support.world import World


def test_what_is_filed_is_listed_for_who_filed_it(world: World) -> None:
    first, second = filed(doctor(world)), filed(doctor(world))

    listed = filing.mine(doctor(world), None).inquiries
    assert [each.inquiry_id for each in listed] == [second.inquiry_id, first.inquiry_id]
    assert filing.mine(colleague(world), None).inquiries == []


def test_filed_again_by_the_same_form_it_is_one(world: World) -> None:
    inquiry_id = filing.new_id()
    file_id = sent(doctor(world))

    first = filed(doctor(world), inquiry_id, file_ids=[file_id])
    assert filed(doctor(world), inquiry_id, file_ids=[file_id]) == first
    assert filing.room(doctor(world)).open == 1


def test_files_go_along(world: World) -> None:
    file_id = sent(doctor(world), "Yamada.pdf")
    inquiry = filed(doctor(world), file_ids=[file_id])

    [message] = filing.see(doctor(world), inquiry.inquiry_id).messages
    assert [each.name for each in message.files] == ["file-1.pdf"]
    assert kept(message.files[0].key) == PDF
    assert file_id in filing.file_url(doctor(world), inquiry.inquiry_id, file_id)
