"""Every page of the portal, as a browser gets it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.access.model import Role
from chalicelib.access.sign_in import SignIn, Step, keep
from chalicelib.web.cookies import SIGN_IN
from tests.support.pool import make_pool
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World

Pages = Callable[[str], dict[str, Answer]]
SHOWN: dict[str, dict[str, Answer]] = {}


@pytest.fixture
def pages(request: pytest.FixtureRequest) -> Pages:
    """What returns every page in a language; they are asked for once."""

    def every_page(language: str) -> dict[str, Answer]:
        if language not in SHOWN:
            SHOWN[language] = shown(request.getfixturevalue("world"), language)
        return SHOWN[language]

    return every_page


def shown(world: World, language: str) -> dict[str, Answer]:
    """Ask for every page, in *language*."""
    make_pool()
    second = world.operator.post("/facilities", {"name": "青葉クリニック"}, status=201)
    operator = signed_in(Role.OPERATOR, proved_twice=False)
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    doctor = signed_in(Role.DOCTOR, second["facility_id"], proved_twice=False)
    for each in (operator, admin, doctor):
        each.language = language
    return {
        **{f"sign-in {why}": stranger(language, why) for why in ("", "ended", "signed-out")},
        "refused": refused(language),
        **{f"step {step}": at_step(language, step) for step in Step if step is not Step.DONE},
        "home of the provider": operator.get("/portal"),
        "home of a facility": admin.get("/portal"),
        "home without targets": doctor.get("/portal"),
        "authenticator": admin.get("/portal/authenticator"),
        "first authenticator": doctor.get("/portal/authenticator"),
        "not found": admin.get("/static/none.css"),
        "foreign form": admin.post("/portal/sign-out", {}),
    }


def stranger(language: str, why: str) -> Answer:
    return Visitor(language=language).get(f"/portal/sign-in?why={why}")


def refused(language: str) -> Answer:
    visitor = Visitor(language=language)
    visitor.get("/portal/sign-in")
    return visitor.submit("/portal/sign-in", account="a@b.example", password="wrong")


def at_step(language: str, step: Step) -> Answer:
    kept = keep(
        SignIn(step=step, account="a@b.example", username="a", next="/portal", secret="ABCDEFGH")
    )
    visitor = Visitor(language=language, cookies={SIGN_IN: kept})
    return visitor.get(f"/portal/sign-in/{step}")
