"""
Where things are in the folder, and how one page leads to another.

Names are short and of letters, digits and hyphens: a disc takes them, too.
"""

from __future__ import annotations

from urllib.parse import quote

INDEX = "index.html"
STYLE = "album/album.css"
SEARCH = "album/search.js"
DATA = "album/data.js"
KEYS = "album/keys.js"


def leaf(number: int, page: int = 1) -> str:
    """Return the name of an examination's page."""
    return f"album/examinations/{number}{_page(page)}.html"


def patient(number: int) -> str:
    return f"album/patients/{number}.html"


def patients(page: int = 1) -> str:
    return f"album/patients{_page(page)}.html"


def month(written: str, page: int = 1) -> str:
    """Return the name of a month's page, or of the page of what has no date."""
    return f"album/months/{written or 'undated'}{_page(page)}.html"


def chart(number: int, version: int) -> str:
    """Return the name of a version of an examination's chart."""
    return f"album/charts/{number}-{version}.html"


def picture(number: int, rendition: str) -> str:
    return f"album/pictures/{number}-{rendition}.webp"


def _page(number: int) -> str:
    return f"-{number}" if number > 1 else ""


def up_from(name: str) -> str:
    """
    Return what leads from a page to the top of the folder.

    >>> up_from("index.html"), up_from("album/months/2026-04.html")
    ('', '../../')
    """
    return "../" * name.count("/")


def link(name: str, up: str) -> str:
    """
    Return the address of *name* for a page from which *up* leads to the top.

    >>> link("files/検査/100%#1?.jpg", "../")
    '../files/%E6%A4%9C%E6%9F%BB/100%25%231%3F.jpg'
    """
    return up + quote(name)
