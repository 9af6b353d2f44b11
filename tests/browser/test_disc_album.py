"""The album on a disc, opened from the disc in a real Chromium, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from chalicelib.discs import store
from tests.browser.test_offline import PAGES, Reader
from tests.discs.scene import built, image
from tests.journeys.disc_scene import extracted, unlocked
from tests.offline.scene import ready, with_chart
from tests.support.chromium import SCREENSHOTS, hidden_width
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

Insert = Callable[..., Reader]
KINDS = pytest.mark.parametrize("encrypted", [False, True], ids=["open", "encrypted"])


@pytest.fixture
def insert(browser: Browser, world: World, tmp_path: Path) -> Iterator[Insert]:
    """What has a disc made, and puts it into somebody's computer."""
    ready(world)
    with_chart(world)
    context = browser.new_context(offline=True)

    def inserted(language: str, *, encrypted: bool) -> Reader:
        order = built(world, has_album=True, encrypted=encrypted, language=language)
        (tmp_path / "disc.iso").write_bytes(image(order))
        disc = extracted(tmp_path / "disc.iso", tmp_path / "disc")
        if encrypted:
            disc = unlocked(disc, store.phrase(order), tmp_path / "opened")
        reader = Reader(disc, context.new_page())
        reader.page.on("request", lambda request: reader.asked.append(request.url))
        reader.page.on("console", lambda message: reader.said.append(message.text))
        reader.page.on("pageerror", lambda error: reader.said.append(str(error)))
        return reader

    yield inserted
    context.close()


@KINDS
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_album_of_a_disc_shows_its_pictures_and_asks_for_nothing_else(
    insert: Insert, language: str, *, encrypted: bool
) -> None:
    reader = insert(language, encrypted=encrypted)
    for name, place in PAGES.items():
        reader.open(place)
        assert reader.are_pictures_there, name
        for width in (360, 1440):
            reader.page.set_viewport_size({"width": width, "height": 900})
            assert hidden_width(reader.page) <= 0, (name, width)
            shot = SCREENSHOTS / f"disc-album-{name}-{language}-{width}.png"
            reader.page.screenshot(path=shot, full_page=True)
    reader.open(PAGES["examination"])
    assert reader.page.locator(".card img").count() == 2
    assert [each for each in reader.asked if not each.startswith(f"file://{reader.folder}/")] == []
    assert reader.said == []


@KINDS
def test_the_album_of_a_disc_leads_to_the_original_on_it(
    insert: Insert, *, encrypted: bool
) -> None:
    reader = insert("en", encrypted=encrypted)
    reader.open(f"{PAGES['examination']}#p2")
    assert "The originals lie beside this album" in reader.page.inner_text("body")
    reader.page.click("#p2 p a")
    assert reader.page.url.startswith(f"file://{reader.folder}/IMAGES/")
    assert reader.page.evaluate("document.images[0].naturalWidth") == 320
