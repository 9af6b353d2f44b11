"""
What people type about inquiries is text wherever it is shown: nothing of it runs, asks or is made.

The browser ignores the pages' Content-Security-Policy, which would hide what is not escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route

from chalicelib.access.model import Role
from chalicelib.inquiries.desk import canned
from chalicelib.inquiries.desk.canned import MOST_TITLE
from chalicelib.inquiries.model import MOST_SUBJECT, MOST_TOLD, Department, Inquiry
from tests.browser.capture_scene import told
from tests.browser.xss_corpus import CORPUS, ELEMENTS
from tests.browser.xss_scene import WHOLE, asked, desks, keep_answers, packed, rule
from tests.inquiries.desk_scene import CLERK
from tests.support.snapshot import once
from tests.support.visitor import HOST, Visitor, signed_in
from tests.support.world import World

MOST_WORDS_ASKED = 200

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

# What no page of ours has: attributes that run or ask, and elements where people's texts are.
MADE = """() => {
  const found = [];
  for (const each of document.querySelectorAll("*")) {
    if (each instanceof HTMLUnknownElement) found.push(each.tagName);
    for (const name of each.getAttributeNames()) {
      const value = each.getAttribute(name).trim().toLowerCase();
      const leads = /^(href|xlink:href|src|action|formaction|data)$/.test(name);
      const runs = /^(on.*|srcdoc|autofocus|contenteditable|style)$/.test(name);
      const isText = /^(value|title|aria-label|data-saves-as)$/.test(name);
      const asks = value.includes("evil.example") && !isText;
      const isCode = /^(javascript|vbscript|data):/.test(value);
      if (runs || asks || (leads && isCode)) found.push(`${name}=${value}`);
    }
  }
  const never = `iframe, object, embed, video, audio, source, base, math, marquee, image, x, style,
    main img, main svg script, main script, main link, main meta, script:not([src^="/"]),
    link:not([href^="/"]), meta[http-equiv], template:not([data-words])`;
  for (const each of document.querySelectorAll(never)) found.push(each.outerHTML.slice(0, 100));
  return found;
}"""
SAYS = """() => [
  document.body.textContent,
  document.title,
  ...Array.from(document.querySelectorAll("input, textarea"), (each) => each.value),
].join("\\n")"""


@dataclass
class Looking:
    """Somebody who looks at pages, and what their browser did beside showing them."""

    page: Page
    visitor: Visitor = field(default_factory=Visitor)
    ran: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def at(self, path: str) -> str:
        """Return what a page says, in itself and in its fields; nothing was made of it."""
        self.page.goto(f"https://{HOST}{path}")
        assert self.page.evaluate(MADE) == [], path
        return " ".join(str(self.page.evaluate(SAYS)).split())

    def become(self, role: Role, facility_id: str = "") -> Visitor:
        self.visitor = signed_in(role, facility_id)
        return self.visitor

    def answer(self, route: Route) -> None:
        """Let the application answer; another host was asked in vain."""
        where = urlsplit(route.request.url)
        if where.netloc != HOST:
            self.strangers.append(route.request.url)
            route.abort()
            return
        path = f"{where.path}?{where.query}" if where.query else where.path
        shown = self.visitor.page if path == "/shown" else None
        told(route, self.visitor.follow(shown or self.visitor.get(path)))

    def note(self, dialog: Dialog) -> None:
        self.ran.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def looking(browser: Browser) -> Iterator[Looking]:
    context = browser.new_context(locale="en-GB", bypass_csp=True)
    somebody = Looking(context.new_page())
    somebody.page.on("dialog", somebody.note)
    somebody.page.route("**/*", somebody.answer)
    yield somebody
    assert (somebody.ran, somebody.strangers) == ([], [])
    context.close()


@dataclass(frozen=True)
class Typed:
    """Everything that was typed."""

    departments: list[Department]
    inquiries: list[Inquiry]


@pytest.fixture
def typed(world: World) -> Typed:
    return once(f"everything typed at {world.facility_id}", lambda: type_everything(world))


def type_everything(world: World) -> Typed:
    made = desks()
    keep_answers(made[0])
    rule(made[0])
    return Typed(made, asked(world, made))


def missing(said: str, wanted: list[str]) -> list[str]:
    """Return what a page does not say, spaces apart: HTML joins them, and fields drop some."""
    told_there = "".join(said.split())
    return [each for each in wanted if "".join(each.split()) not in told_there]


def subjects(typed: Typed) -> list[str]:
    return [each.subject for each in typed.inquiries]


def names(typed: Typed) -> list[str]:
    return [each.name for each in typed.departments]


def test_each_element_would_be_noticed_where_nothing_is_escaped(browser: Browser) -> None:
    page = browser.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.route("**/*", lambda route: route.abort())
    unnoticed = []
    for each in ELEMENTS:
        page.set_content(f"<main>{each}</main>", wait_until="commit")
        unnoticed += [] if page.evaluate(MADE) else [each]
    page.close()
    assert unnoticed == []


def test_the_asker_reads_texts(looking: Looking, world: World, typed: Typed) -> None:
    looking.become(Role.DOCTOR, world.facility_id)
    said = looking.at("/portal/inquiries")
    assert missing(said, subjects(typed)) == []
    said = " ".join(looking.at(f"/portal/inquiries/{each.inquiry_id}") for each in typed.inquiries)
    assert missing(said, [*CORPUS, *subjects(typed), *(f"{each}.pdf" for each in CORPUS)]) == []


def test_a_form_that_was_refused_holds_what_was_typed(looking: Looking, world: World) -> None:
    asker = looking.become(Role.DOCTOR, world.facility_id)
    for each in packed(MOST_SUBJECT):
        asker.get("/portal/inquiries/new")
        asker.submit("/portal/inquiries/new", subject=each, text=each, kind="none", told=each)
        said = looking.at("/shown")
        assert missing(said, [each]) == []


def test_a_department_reads_texts(looking: Looking, typed: Typed) -> None:
    clerk = looking.become(Role.CLERK)
    inbox = looking.at("/portal/desk")  # a tab for each of their departments
    assert missing(inbox, names(typed)) == []
    said = " ".join(looking.at(f"/portal/desk/{each.inquiry_id}") for each in typed.inquiries)
    assert missing(said, [*CORPUS, *subjects(typed), *packed(MOST_TOLD)]) == []
    assert missing(said, [f"{each}.pdf" for each in CORPUS]) == []
    open_ = typed.inquiries[0]
    clerk.get(f"/portal/desk/{open_.inquiry_id}")
    clerk.submit(f"/portal/desk/{open_.inquiry_id}/answers", text=WHOLE, seen="1")
    assert missing(looking.at("/shown"), CORPUS) == []


def test_canned_answers_are_texts(looking: Looking, typed: Typed) -> None:
    looking.become(Role.CLERK)
    here = f"/portal/departments/{typed.departments[0].department_id}/canned"
    assert missing(looking.at(here), packed(MOST_TITLE)) == []
    first = canned.of(CLERK, typed.departments[0].department_id)[0]
    assert missing(looking.at(f"{here}?canned={first.canned_id}"), CORPUS) == []


def test_the_box_shows_texts(looking: Looking, typed: Typed) -> None:
    operator = looking.become(Role.OPERATOR)
    box = looking.at("/portal/inquiry-box")
    assert missing(box, subjects(typed)) == []
    said = " ".join(
        looking.at(f"/portal/inquiry-box/{each.inquiry_id}") for each in typed.inquiries
    )
    assert missing(said, [*CORPUS, *packed(MOST_TOLD), *(f"{each}.pdf" for each in CORPUS)]) == []
    looking.at("/portal/inquiry-box/analysis")
    for each in packed(MOST_WORDS_ASKED):
        operator.get("/portal/inquiry-box")
        operator.submit("/portal/inquiry-box", words=each)
        assert missing(looking.at("/shown"), [each]) == []


def test_departments_and_rules_are_texts(looking: Looking, typed: Typed) -> None:
    operator = looking.become(Role.OPERATOR)
    assert missing(looking.at("/portal/departments"), names(typed)) == []
    for each in typed.departments:
        assert missing(looking.at(f"/portal/departments/{each.department_id}"), [each.name]) == []
    said = looking.at("/portal/inquiry-rules")
    assert missing(said, [*names(typed), *CORPUS]) == []
    for name in CORPUS:
        operator.get("/portal/departments")
        operator.submit("/portal/departments", name=name, answer_hours=name)
        assert missing(looking.at("/shown"), [name]) == []
