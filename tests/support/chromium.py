"""Debian's Chromium, driven by Playwright, and axe-core to find barriers in its pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from infra.assets import AXE, fetched
from infra.build import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"type": "tag", "values": TAGS}
COLOURS = {"type": "rule", "values": ["color-contrast"]}
COLD = 180_000  # milliseconds until a cold function has answered, on a busy machine


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Have a Chromium run meanwhile, with *more* switches."""
    found = shutil.which("chromium")
    assert found, "Chromium is missing: apt install chromium"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses root with one
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*sandbox, *more])
        yield browser
        browser.close()


def barriers(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """Return what axe-core finds on *page* by *rules*: which of them, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def keeps_nobody_out(page: Page, name: str, in_the_dark: dict[str, Any] = RULES) -> None:
    """See that a page has no barrier at three widths and in the dark; its pictures are kept."""
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        found = barriers(page)
        assert found == [], (name, width, found)
        assert hidden_width(page) <= 0, (name, width)
    page.emulate_media(color_scheme="dark")
    found = barriers(page, in_the_dark)
    assert found == [], (name, "dark", found)


def hidden_width(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@cache
def _axe() -> str:
    return Path(fetched(AXE, "package/axe.min.js")).read_text()
