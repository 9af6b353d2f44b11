"""A night on the movable clock: signed for in a browser, done by the agent, seen by morning."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local import nights
from infra.local.stack import LocalStack
from tests.browser.conftest import Sit, Surfer
from tests.journeys.conftest import Facility, founded
from tests.journeys.test_agent_run import Runner, runner, until, watch
from tests.support.chromium import SCREENSHOTS

__all__ = ["runner"]  # a fixture

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("portal")]

IMAGES = 12
AT = "02:00"


@pytest.fixture
def tonight(stack: LocalStack) -> Iterator[None]:
    """Whatever the night does to the clock, the next test has the real time again."""
    yield
    stack.move_clock(0)


def images_in(folder: Path) -> None:
    made = folder / "E-1"
    made.mkdir(parents=True)
    for number in range(IMAGES):
        (made / f"IMG{number:04}.JPG").write_bytes(secrets.token_bytes(20_000))


@pytest.mark.usefixtures("tonight")
def test_what_is_signed_in_the_evening_is_backed_up_by_the_morning(
    sit: Sit, stack: LocalStack, runner: Runner, tmp_path: Path
) -> None:
    facility = founded(stack, tmp_path / "agents", None)
    images_in(tmp_path / "images")
    surfer = sit()
    at_the_portal(surfer, facility)
    sign(surfer)

    watch(facility, tmp_path / "images", "--target", facility.target_id)
    runner.start(facility)
    night = nights.next_time(AT, nights.service_time(facility.admin))
    nights.move_to(facility.stack, night + timedelta(seconds=90))
    nights.tick(facility.stack)
    facility.admin.sign_in()
    until(lambda: newest_job(facility)["state"] == "complete")

    nights.move_to(facility.stack, nights.next_time("08:00", night))
    at_the_portal(surfer, facility)
    surfer.page.screenshot(path=SCREENSHOTS / "morning.png", full_page=True)
    home = surfer.page.inner_text("main")
    assert f"{IMAGES} images" in " ".join(home.split())
    assert "In order" in home
    facility.admin.sign_in()
    assert datetime.fromisoformat(newest_job(facility)["due_at"]) == night


def at_the_portal(surfer: Surfer, facility: Facility) -> None:
    surfer.context.clear_cookies()
    surfer.open("/portal/sign-in")
    surfer.type_in(facility.admin.email, facility.admin.password)


def sign(surfer: Surfer) -> None:
    """Sign for the nightly backup that the page proposes."""
    surfer.page.click("text=Sign a contract: Endoscopy")
    assert surfer.page.input_value("#at") == AT
    surfer.page.click("button[value=check]")
    surfer.page.click("button[value=sign]")


def newest_job(facility: Facility) -> Any:
    return facility.admin.get(f"{facility.target}/jobs")["items"][0]
