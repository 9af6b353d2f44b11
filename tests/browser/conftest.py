"""The portal on the packaged stack, and people with browsers in front of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response

from chalicelib.web.cookies import SESSION
from infra.local.people import Person
from infra.local.stack import LocalStack
from tests.browser.rented import furnished
from tests.journeys.conftest import Agent
from tests.support.chromium import COLD, chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all."""
    with chromium() as running:
        yield running


@dataclass
class Scene:
    """
    A provider with a facility, and what each of its people types at the portal.

    Attributes:
        sessions: The cookies of those who have signed in.
        rented: The ids of an area and of what is in it, once somebody wanted it.
    """

    stack: LocalStack
    operator: Person
    admin: Person
    doctor: Person
    sessions: dict[str, list[Any]] = field(default_factory=dict)
    rented: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        url = urlsplit(self.stack.portal_url)
        return f"{url.scheme}://{url.netloc}"

    def url(self, path: str) -> str:
        """Return where the browser finds a path of ours."""
        return self.stack.api_url + path

    def area(self) -> dict[str, str]:
        """Return the ids of an area with files, which is rented when it is first asked for."""
        self.rented = self.rented or furnished(self.admin, self.doctor)
        return self.rented

    def person(self, who: str) -> Person:
        return {"operator": self.operator, "admin": self.admin, "doctor": self.doctor}[who]


@pytest.fixture(scope="session")
def scene(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A facility with a target in order, one that waits for the provider, and one without."""
    mark = secrets.token_hex(4)
    operator = Person(stack, f"operator-{mark}@hokan.example", "operators")
    name = {"name": "青葉内視鏡クリニック"}
    facility_id = operator.post("/facilities", name)["facility_id"]
    operator.post("/facilities", {"name": "St. Luke's Screening Centre"})
    admin = Person(stack, f"admin-{mark}@aoba.example", "facility-admins", facility_id)
    doctor = Person(stack, f"doctor-{mark}@aoba.example", "doctors", facility_id)
    targets = [
        admin.post("/targets", {"name": each, "kind": "mass_storage"})["target_id"]
        for each in ("内視鏡室", "X-ray", "超音波検査室")
    ]
    _sign(admin, targets[0])
    _sign(admin, targets[1], unit_price_yen=900)
    _back_up(stack, admin, tmp_path_factory.mktemp("facility"), targets[0])
    return Scene(stack, operator, admin, doctor)


def _sign(admin: Person, target_id: str, **special: int) -> None:
    form = {
        "target_id": target_id,
        "term": "annual",
        "starts_on": admin.get("/health")["service_time"][:10],
        "timing": {"kind": "nightly", "at": "02:00"},
        "capacity_bytes": 1_000_000,
    }
    admin.post("/contracts", form | special)


def _back_up(stack: LocalStack, admin: Person, home: Path, target_id: str) -> None:
    """Let an agent take a folder of 42 files through the service."""
    folder = home / "images" / "E-1"
    folder.mkdir(parents=True)
    for number in range(42):
        (folder / f"IMG{number:04}.JPG").write_bytes(secrets.token_bytes(10_000))
    agent = Agent(stack, home / "agent")
    code = admin.post("/agent-codes")["code"]
    assert agent.run("enrol", code, "--service", stack.api_url).code == 0
    assert agent.backup(folder.parent, "--target", target_id).code == 0


@dataclass
class Surfer:
    """
    Somebody in front of a browser.

    Attributes:
        asked: Every address it has asked for.
        failures: Every answer that was the service's own fault.
    """

    scene: Scene
    context: BrowserContext
    page: Page
    asked: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.scene.url(path))

    def sign_in(self, who: str, password: str = "") -> None:
        """Type what *who* types at the sign-in page."""
        person = self.scene.person(who)
        self.open("/portal/sign-in")
        self.type_in(person.email, password or person.password)

    def come_as(self, who: str) -> None:
        """Be at the portal as *who*, signed in: typed once, for all who only look at a page."""
        cookies = self.scene.sessions.get(who)
        if cookies is not None:
            self.context.add_cookies(cookies)
            self.open("/portal")
            return
        self.sign_in(who)
        self.scene.sessions[who] = [
            each for each in self.context.cookies() if each.get("name") == SESSION
        ]

    def type_in(self, account: str, password: str) -> None:
        self.page.fill("#account", account)
        self.page.fill("#password", password)
        self.page.click("main button")

    @property
    def heading(self) -> str:
        return self.page.inner_text("h1")

    @property
    def strangers(self) -> list[str]:
        """Every address of another host that was asked for."""
        own = (f"{self.scene.origin}/", "data:", "about:")
        return [each for each in self.asked if not each.startswith(own)]


Sit = Callable[..., Surfer]


@pytest.fixture
def sit(browser: Browser, scene: Scene) -> Iterator[Sit]:
    """What sets somebody in front of a browser: in English, without JavaScript, unless said."""
    contexts: list[BrowserContext] = []

    def sitting(**options: Any) -> Surfer:
        usual: dict[str, Any] = {"locale": "en-GB", "java_script_enabled": False}
        context = browser.new_context(**(usual | options))
        context.set_default_navigation_timeout(COLD)
        contexts.append(context)
        surfer = Surfer(scene, context, context.new_page())

        def note(request: Request) -> None:
            surfer.asked.append(request.url)

        def judge(response: Response) -> None:
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                surfer.failures.append(f"{response.status} {response.url}")

        context.on("request", note)
        context.on("response", judge)
        return surfer

    yield sitting
    for each in contexts:
        each.close()
