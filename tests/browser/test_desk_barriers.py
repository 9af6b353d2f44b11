"""A department's pages, and the provider's of departments, keep nobody out, by day and by night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from playwright.sync_api import Browser

from chalicelib.inquiries import routing, store
from chalicelib.inquiries.departments import service
from chalicelib.inquiries.departments.rules import Rule
from chalicelib.inquiries.desk import canned
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.model import Department, Inquiry
from chalicelib.kernel import clock
from tests.browser.capture_scene import looked_at
from tests.inquiries import scene
from tests.inquiries.desk_page_scene import DEPARTMENTS, DESK, RULES, at_desk, operator_at
from tests.inquiries.desk_scene import CLERK, OPERATOR, a_clerk, a_department, collected, ruled
from tests.support.visitor import Visitor
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

Show = Callable[[World, str], Visitor]
PAGES: dict[str, Show] = {}
FAULT = {
    "kind": "fault",
    "subject": "昨日から画像が暗く表示されます",
    "text": "内視鏡室の端末です。\nPlease look.",
}


def shown(show: Show) -> Show:
    PAGES[show.__name__] = show
    return show


class Offices:
    """Three departments, and what a facility asked the first."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.support, self.billing = a_department("画像サポート", 72), a_department("Billing", 1)
        self.sales = a_department("営業部")

    def asked(self, department: Department, **wanted: str) -> Inquiry:
        inquiry = collected(scene.filed(scene.doctor(self.world), **(FAULT | wanted)))
        routing.route(inquiry, department, clock.now())
        return store.inquiry(inquiry.inquiry_id)


@shown
def in_no_department(world: World, language: str) -> Visitor:  # noqa: ARG001
    visitor = operator_at(language=language)
    visitor.get(DESK)
    return visitor


@shown
def an_inbox(world: World, language: str) -> Visitor:
    """With one that is late, one that is taken, a part, and one that waits for the facility."""
    there = Offices(world)
    colleague = a_clerk(there.support, there.sales)
    hurried = there.asked(there.billing, kind="billing", subject="The invoice of October")
    desk.hand_on(a_clerk(there.billing), hurried.inquiry_id, there.support.department_id, "?")
    late = there.asked(there.support, subject="Backups of last night are missing")
    desk.take(colleague, overdue(late).inquiry_id)
    waits = there.asked(there.support, subject="Which viewer is best?", kind="wish")
    desk.ask(colleague, waits.inquiry_id, "For what?")
    part = there.asked(there.sales, subject="見積もりについて", kind="other")
    desk.share(colleague, part.inquiry_id, there.support.department_id)
    visitor = at_desk(there.support, there.sales, language=language)
    visitor.get(f"{DESK}?department={there.support.department_id}")
    return visitor


def overdue(inquiry: Inquiry) -> Inquiry:
    """Let an inquiry be due since two days."""
    then = clock.text(clock.now() - timedelta(days=2))
    late = msgspec.structs.replace(inquiry, version=inquiry.version + 1, due_at=then)
    store.change(inquiry, late, clock.now())
    return late


def opened(there: Offices, inquiry: Inquiry, language: str) -> Visitor:
    visitor = at_desk(there.support, language=language)
    visitor.get(f"{DESK}/{inquiry.inquiry_id}")
    return visitor


@shown
def an_inquiry(world: World, language: str) -> Visitor:
    there = Offices(world)
    inquiry = there.asked(there.support)
    colleague = a_clerk(there.support)
    for title in ("挨拶", "Lamp"):
        canned.save(colleague, there.support.department_id, title, "お世話になっております。")
    desk.take(colleague, inquiry.inquiry_id)
    desk.share(colleague, inquiry.inquiry_id, there.sales.department_id)
    desk.part(a_clerk(there.sales), inquiry.inquiry_id, "費用はかかりません。")
    desk.share(colleague, inquiry.inquiry_id, there.billing.department_id)
    return opened(there, inquiry, language)


@shown
def an_answer_that_is_refused_with_its_file(world: World, language: str) -> Visitor:
    there = Offices(world)
    inquiry = there.asked(there.support)
    visitor = opened(there, inquiry, language)
    waiting = scene.sent(CLERK, "手順書.pdf")
    fields = {"text": " ", f"file-{waiting}": waiting, "keeps_names": "yes"}
    visitor.submit(f"{DESK}/{inquiry.inquiry_id}/answers", **fields)
    return visitor


@shown
def a_part_is_asked_for(world: World, language: str) -> Visitor:
    there = Offices(world)
    inquiry = there.asked(there.sales)
    desk.share(a_clerk(there.sales), inquiry.inquiry_id, there.support.department_id)
    return opened(there, inquiry, language)


@shown
def gone_elsewhere_meanwhile(world: World, language: str) -> Visitor:
    there = Offices(world)
    inquiry = there.asked(there.support)
    visitor = opened(there, inquiry, language)
    colleague = a_clerk(there.support)
    desk.hand_on(colleague, inquiry.inquiry_id, there.sales.department_id, "Theirs")
    visitor.submit(f"{DESK}/{inquiry.inquiry_id}/answers", text="表示の設定をご確認ください。")
    return visitor


@shown
def departments_and_one_that_is_refused(world: World, language: str) -> Visitor:
    there = Offices(world)
    service.dissolve(OPERATOR, there.billing.department_id)
    visitor = operator_at(language=language)
    visitor.get(DEPARTMENTS)
    visitor.submit(DEPARTMENTS, name=" ", answer_hours="72")
    return visitor


@shown
def one_department(world: World, language: str) -> Visitor:
    there = Offices(world)
    a_clerk(there.support)
    visitor = operator_at(there.support, language=language)
    visitor.get(f"{DEPARTMENTS}/{there.support.department_id}?done=joined")
    return visitor


@shown
def a_dissolved_department(world: World, language: str) -> Visitor:
    there = Offices(world)
    visitor = operator_at(language=language)
    path = f"{DEPARTMENTS}/{there.support.department_id}"
    visitor.get(path)
    visitor.send(f"{path}/dissolve", successor_id=there.sales.department_id)
    return visitor


@shown
def canned_answers(world: World, language: str) -> Visitor:
    there = Offices(world)
    visitor = at_desk(there.support, language=language)
    for title in ("挨拶", "Lamp"):
        canned.save(CLERK, there.support.department_id, title, "お世話になっております。" * 9)
    kept = canned.of(CLERK, there.support.department_id)[0]
    visitor.get(f"{DEPARTMENTS}/{there.support.department_id}/canned?canned={kept.canned_id}")
    return visitor


@shown
def rules_that_cannot_be_kept(world: World, language: str) -> Visitor:
    there = Offices(world)
    invoices = Rule(kind="billing", department_id=there.billing.department_id)
    ruled(invoices, default=there.support)
    visitor = operator_at(language=language)
    visitor.get(RULES)
    first = {"kind-0": "", "words-0": "請求、見積", "department-0": there.sales.department_id}
    second = {"kind-1": "", "words-1": "", "department-1": there.sales.department_id}
    visitor.submit(RULES, count="2", period="15", version="1", **first, **second)
    return visitor


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_desk_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    looked_at(browser, PAGES[name](world, language), f"desk-{name}", language)
