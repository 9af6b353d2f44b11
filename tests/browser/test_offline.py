"""The offline album in a real Chromium, from a folder that is read only, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Request

from chalicelib.archive.name_keys import key
from tests.offline.scene import HOSTILE, album, ready, unpacked, with_chart
from tests.support.chromium import COLOURS, SCREENSHOTS, barriers, hidden_width
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

WIDTHS = (360, 1440)
PAGES = {
    "index": "index.html",
    "patients": "album/patients.html",
    "patient": "album/patients/1.html",
    "month": "album/months/2026-03.html",
    "examination": "album/examinations/1.html",
    "large": "album/examinations/1.html#p1",
    "film": "album/examinations/2.html#p1",
    "chart": "album/charts/1-1.html",
}


@dataclass
class Reader:
    """
    Somebody who opened the folder.

    Attributes:
        asked: Every address the browser asked for.
        said: What it complained of.
    """

    folder: Path
    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def open(self, place: str) -> None:
        self.page.goto(f"file://{self.folder}/{place}")

    def find(self, typed: str) -> list[str]:
        """Return the patients that *typed* finds."""
        self.page.fill("#typed", typed)
        return self.page.locator("#found .name").all_inner_texts()

    @property
    def are_pictures_there(self) -> bool:
        self.page.evaluate("[...document.images].forEach(each => each.loading = 'eager')")
        decoded = "Promise.all([...document.images].map(each => each.decode()))"
        return bool(self.page.evaluate(f"{decoded}.then(() => true, () => false)"))


Sit = Callable[..., Reader]


@pytest.fixture
def sit(browser: Browser, world: World, tmp_path: Path) -> Iterator[Sit]:
    """What opens the album of a facility, from a folder that is read only."""
    ready(world)
    with_chart(world)
    contexts = []

    def sitting(language: str = "en", *, script: bool = True) -> Reader:
        folder = unpacked(album(world, language), tmp_path / f"{language} album #1")
        for each in [folder, *folder.rglob("*")]:
            each.chmod(0o555 if each.is_dir() else 0o444)
        context = browser.new_context(java_script_enabled=script, offline=True)
        contexts.append(context)
        reader = Reader(
            Path(str(folder).replace("#", "%23").replace(" ", "%20")), context.new_page()
        )

        def note(request: Request) -> None:
            reader.asked.append(request.url)

        context.on("request", note)
        reader.page.on("console", lambda message: reader.said.append(message.text))
        reader.page.on("pageerror", lambda error: reader.said.append(str(error)))
        return reader

    yield sitting
    for context in contexts:
        context.close()
    for each in [tmp_path, *tmp_path.rglob("*")]:
        if each.is_dir():
            each.chmod(0o755)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_keeps_anybody_out(sit: Sit, language: str) -> None:
    reader = sit(language)
    found = {}
    for name, place in PAGES.items():
        reader.open(place)
        for width in WIDTHS:
            reader.page.set_viewport_size({"width": width, "height": 900})
            reader.page.emulate_media(color_scheme="light")
            assert reader.are_pictures_there, name
            shot = SCREENSHOTS / f"offline-{name}-{language}-{width}.png"
            reader.page.screenshot(path=shot, full_page=True)
            assert hidden_width(reader.page) <= 0, (name, width)
            found[name, width] = barriers(reader.page)
            reader.page.emulate_media(color_scheme="dark")
            found[name, -width] = barriers(reader.page, COLOURS)
    assert {where: each for where, each in found.items() if each} == {}


def test_no_page_asks_for_anything_outside_the_folder_or_complains(sit: Sit) -> None:
    reader = sit()
    for place in PAGES.values():
        reader.open(place)
        assert reader.are_pictures_there, place
    assert len(reader.asked) > len(PAGES)
    assert [each for each in reader.asked if not each.startswith(f"file://{reader.folder}/")] == []
    assert reader.said == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("山田", "山田 太郎"),
        ("やまだ", "山田 太郎"),
        ("ヤマダ タロウ", "山田 太郎"),
        ("yamada", "山田 太郎"),
        ("ＴＡＲＯ", "山田 太郎"),
        ("P-2", "山田 太郎"),
        ("2026-03-15", "山田 太郎"),
        ("2026/3/15", "山田 太郎"),
        ("２０２６年３月１５日", "山田 太郎"),
        ("20260315", "山田 太郎"),
        ("2026-03-15 13:00", "山田 太郎"),
        ("cs", "山田 太郎"),
        ("satō kenji", "佐藤 健二"),
        ("さとう", "佐藤 健二"),
        ("screening", "金糸雀 花子"),
        ("消化管", "金糸雀 花子"),
        ("かなりあ 2026-04", "金糸雀 花子"),
    ],
)
def test_an_examination_is_found_however_it_is_asked_for(sit: Sit, typed: str, name: str) -> None:
    reader = sit()
    reader.open("index.html")
    assert reader.find(typed) == [name]


def test_what_is_found_leads_to_its_page(sit: Sit) -> None:
    reader = sit()
    reader.open("index.html")
    reader.find("yamada")
    reader.page.click("#found a")
    assert "山田 太郎" in reader.page.inner_text("h1")


def test_nothing_found_is_said(sit: Sit) -> None:
    reader = sit()
    reader.open("index.html")
    assert reader.find("nobody") == []
    assert reader.page.inner_text("#told") == "Nothing found"


def test_a_hostile_name_is_shown_as_it_is(sit: Sit) -> None:
    reader = sit()
    reader.open("index.html")
    assert reader.find("P-<4>") == [HOSTILE.replace("^", " ")]


def test_arrow_keys_lead_through_the_pictures_and_escape_back(sit: Sit) -> None:
    reader = sit()
    reader.open("album/examinations/1.html")
    reader.page.click(".card a")
    assert reader.page.is_visible("#p1")
    assert not reader.page.is_visible(".cards")
    reader.page.keyboard.press("ArrowRight")
    assert reader.page.is_visible("#p2")
    reader.page.keyboard.press("Escape")
    assert reader.page.is_visible(".cards")


def test_an_original_opens_byte_for_byte_whatever_its_name(sit: Sit) -> None:
    reader = sit()
    reader.open("album/examinations/1.html#p2")
    reader.page.click("#p2 p a")
    assert reader.page.evaluate("document.images[0].naturalWidth") == 320
    assert reader.page.url.endswith("%E6%A4%9C%E6%9F%BB%20100%25%231%3F%26%27%22.JPG")


def test_without_javascript_lists_lead_everywhere_and_search_says_it_cannot(sit: Sit) -> None:
    reader = sit(script=False)
    reader.open("index.html")
    assert reader.page.is_visible("text=Searching needs JavaScript")
    assert not reader.page.is_visible("#typed")
    reader.page.click("text=All patients by name")
    reader.page.click("li:has-text('山田 太郎') .go")
    reader.page.click(".card .opens")
    reader.page.click(".card a")
    assert reader.page.is_visible("#p1")
    reader.page.click("text=All pictures")
    assert reader.page.is_visible(".cards")


def test_a_page_that_asks_the_network_is_stopped(sit: Sit) -> None:
    reader = sit()
    reader.open("index.html")
    script = """name => new Promise(done => {
        document.addEventListener('securitypolicyviolation', each => done(each.blockedURI));
        const image = new Image();
        image.src = name;
    })"""
    assert "hokan.example" in reader.page.evaluate(script, "https://hokan.example/x.png")


def test_it_prints_what_is_to_be_read(sit: Sit) -> None:
    reader = sit()
    reader.open("album/examinations/1.html")
    reader.page.emulate_media(media="print")
    reader.page.screenshot(path=SCREENSHOTS / "offline-print.png", full_page=True)
    assert reader.page.is_visible(".cards")
    reader.open("index.html")
    assert not reader.page.is_visible("#typed")


NAMES = st.text(
    "abouhjyAOUHāō Ａｏあいうかがきぎゃゅょっつづふしちじぱんァヴヶーャ山田太郎-^.1②ｱﾞ", max_size=12
)


def test_what_is_typed_is_folded_as_names_are(sit: Sit) -> None:
    reader = sit()
    reader.open("index.html")

    @given(st.lists(NAMES, min_size=50, max_size=50))
    @example(["0ァァ", "ぁぃ", "シェン", "っー"])
    def folded(names: list[str]) -> None:
        assert reader.page.evaluate("names => names.map(key)", names) == [
            key(each) for each in names
        ]

    folded()
