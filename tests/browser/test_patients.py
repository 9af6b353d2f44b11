"""A list of patients, handed in by a real browser: it picks a file, and JavaScript is off."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Sit

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("portal")]


def test_a_list_is_handed_in_as_a_file_checked_and_agreed(sit: Sit, tmp_path: Path) -> None:
    listed = tmp_path / "patients.csv"
    listed.write_text("patient_id,backed_up\n90001,no\n90002,いいえ\n", encoding="utf-8-sig")
    surfer = sit()
    surfer.sign_in("admin")
    surfer.open("/portal/patients")
    surfer.page.locator("main .rows a").first.click()
    surfer.page.click("text=Hand in a list")
    surfer.page.set_input_files("#file", listed)
    surfer.page.click("main form button")
    assert surfer.page.is_visible("text=No longer backed up: 2")
    surfer.page.click("text=Change it")
    assert surfer.page.is_visible("text=The contract leaves out 2 patients.")
    surfer.page.click("text=Only those the contract names")
    assert surfer.page.locator("input[type=checkbox]").count() == 2
    # As it was: the contract serves other tests too.
    for box in surfer.page.locator("input[type=checkbox]").all():
        box.check()
    surfer.page.check("input[value=yes]")
    surfer.page.click("form.wide-form button")
    surfer.page.click("text=Change it")
    assert surfer.page.is_visible("text=Every patient is backed up.")
