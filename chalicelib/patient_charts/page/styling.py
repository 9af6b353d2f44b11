"""The style of the page, for a file that has to bring its own."""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup

from chalicelib.web.files import FOLDER

SHEET = "patient_chart.css"
_TOKEN = re.compile(r"(--[\w-]+): ([^;]+);")
_USED = re.compile(r"var\((--(?:color|font)[\w-]+)\)")


@cache
def inlined() -> Markup:
    """Return the page's style sheet with the design tokens' values in place of their names."""
    tokens = dict(_TOKEN.findall((FOLDER / "tokens.css").read_text()))
    own = (FOLDER / SHEET).read_text()
    return Markup(_USED.sub(lambda name: tokens[name[1]], own))  # noqa: S704 - both are ours
