"""The provider's way from an order to a disc that is handed over, without JavaScript."""

from __future__ import annotations

import pytest

from chalicelib.discs import service
from tests.discs.page_scene import WORK, Discs, operator_at, said
from tests.support.canary import found_in
from tests.support.world import World


@pytest.fixture
def discs(world: World) -> Discs:
    return Discs(world)


def test_an_order_goes_from_the_list_to_the_one_who_took_it(discs: Discs) -> None:
    operator, order_id = operator_at(), discs.made()
    assert f"{WORK}/{order_id}" in operator.get(f"{WORK}?state=built").text
    operator.get(f"{WORK}/{order_id}")
    page = operator.send(f"{WORK}/{order_id}/hand-over", to="The office", tracking="1234-5678")
    assert "Handed over" in said(page)
    assert f"{WORK}/{order_id}" not in operator.get(f"{WORK}?state=built").text
    assert "to The office" in said(operator.get(f"{WORK}?state=handed_over"))


def test_the_operator_fetches_the_images_to_burn(discs: Discs) -> None:
    operator, order_id = operator_at(), discs.made()
    page = operator.get(f"{WORK}/{order_id}")
    assert "form-action 'self' https://" in page.headers["Content-Security-Policy"]
    answer = operator.submit(f"{WORK}/{order_id}/discs/1/download")
    assert answer.status == 303
    assert "response-content-disposition" in answer.location


def test_no_page_of_the_provider_names_a_patient_or_shows_a_passphrase(discs: Discs) -> None:
    order_id = discs.made(scope="patient", subject=discs.patient_key)
    phrase = service.passphrase(discs.admin, order_id)
    operator = operator_at()
    for path in ("?state=built", f"/{order_id}", f"/{order_id}/note", f"/{order_id}/labels"):
        page = operator.get(f"{WORK}{path}")
        assert page.status == 200, path
        assert found_in(page.text) == [], path
        assert phrase not in page.text, path
        assert discs.patient_key not in page.text, path


def test_discs_are_handed_to_somebody(discs: Discs) -> None:
    answer = discs.handed_to_nobody(operator_at())
    assert answer.status == 422
    assert "Write whom the discs were handed to." in said(answer)
    assert 'value="1234-5678"' in answer.text


def test_discs_that_are_not_made_are_not_handed_over(discs: Discs) -> None:
    operator, order_id = operator_at(), discs.ordered()
    operator.get(f"{WORK}/{order_id}")
    answer = operator.submit(f"{WORK}/{order_id}/hand-over", to="The office")
    assert answer.status == 409
    assert "Somebody else was faster" in said(answer)


def test_an_order_nobody_wants_is_called_off(discs: Discs) -> None:
    operator, order_id = operator_at(), discs.made()
    operator.get(f"{WORK}/{order_id}")
    assert "Called off" in said(operator.send(f"{WORK}/{order_id}/dismiss"))
    assert "called off" in said(discs.seen(order_id))


def test_what_failed_can_be_made_again(discs: Discs) -> None:
    order_id = discs.failed()
    operator = operator_at()
    assert "Make the discs now" in said(operator.get(f"{WORK}/{order_id}"))
    assert "Being made" in said(operator.send(f"{WORK}/{order_id}/build"))


def test_labels_are_one_a_disc_and_tell_whose_they_are(discs: Discs) -> None:
    page = operator_at().get(f"{WORK}/{discs.made()}/labels")
    assert page.text.count('class="disc"') == 1
    assert "1 / 1" in said(page)
    assert discs.facility_name in said(page)


def test_a_note_has_the_checksum_of_each_image(discs: Discs) -> None:
    order_id = discs.made()
    (disc,) = service.order_of(discs.admin, order_id).built
    assert disc.sha256 in operator_at().get(f"{WORK}/{order_id}/note").text


def test_an_order_that_there_is_not_is_not_found(world: World) -> None:  # noqa: ARG001
    assert operator_at().get(f"{WORK}/{service.new_id()}").status == 404
