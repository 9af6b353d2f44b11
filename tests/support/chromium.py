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


def hidden_width(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@cache
def _axe() -> str:
    return Path(fetched(AXE, "package/axe.min.js")).read_text()
