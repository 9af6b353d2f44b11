"""
Several articles on one page, whose names must not meet.

Names are those of our own templates; what people wrote is escaped, so no quote of theirs is one.
"""

from __future__ import annotations

import re

from markupsafe import Markup

_LANDMARKS = re.compile(r'(<section\b[^>]*?) aria-labelledby="[^"]*"')
_LISTS = re.compile(r'(\s(?:id|for|aria-labelledby|aria-describedby)=")([^"]+)(")')
_LINKS = re.compile(r'((?:href="|url\()#)([\w-]+)')


def apart(html: Markup, own: str) -> Markup:
    """
    Return *html* with *own* before every name in it.

    Its sections are no landmarks then: those of many articles would bear the same names.

    >>> str(apart(Markup('<p id="a" aria-labelledby="b c"><a href="#a">'), "x"))
    '<p id="x-a" aria-labelledby="x-b x-c"><a href="#x-a">'
    >>> str(apart(Markup('<section class="box" aria-labelledby="a"><h2 id="a">'), "x"))
    '<section class="box"><h2 id="x-a">'
    """
    plain = _LANDMARKS.sub(r"\1", str(html))  # of Markup it would escape what it keeps
    named = _LISTS.sub(lambda found: found[1] + _each(found[2], own) + found[3], plain)
    return Markup(_LINKS.sub(lambda found: f"{found[1]}{own}-{found[2]}", named))  # noqa: S704


def _each(names: str, own: str) -> str:
    return " ".join(f"{own}-{name}" for name in names.split())
