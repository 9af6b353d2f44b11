"""
Documents in print: PDFs that screen readers can read (PDF/UA-1) and archives keep (PDF/A-2a).

Each has two templates.  <name>.json says what stands in it, in the reader's language; <name>.typ
how that looks.  Typst gets the first as data, so that no name can become code.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from chalicelib.web import pages

KIND = "application/pdf"
STANDARDS: Any = ["ua-1", "a-2a"]
GETA = "〓"  # what printers have always set for a character they do not have
_UNPRINTABLE = re.compile(r'(?:text|codepoint) `"([^`]+)"`')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def printed(
    template: str,
    language: str,
    at: datetime,
    files: Mapping[str, bytes] = MappingProxyType({}),
    **values: Any,
) -> bytes:
    """
    Return the PDF that *template* makes of *values*: the same values, the same bytes.

    A character that no font has becomes a geta mark, and the template's note names it.

    Args:
        at: When the document was made; not when it is printed.
        files: What its layout shows, by name.
    """
    from typst import TypstError

    said = json.loads(pages.plain(f"{template}.json", language, **values))
    layout = (pages.TEMPLATES / f"{template}.typ").read_bytes()
    missing: frozenset[str] = frozenset()
    with TemporaryDirectory() as root:
        for name, body in files.items():
            (Path(root) / name).write_bytes(body)
        while True:
            try:
                return _set(layout, root, _printable(said, missing), missing, at)
            except TypstError as error:
                found = _missing(f"{error.message}{error.diagnostic}")
                if found <= missing:
                    raise
                missing |= found


def _set(layout: bytes, root: str, said: Any, missing: frozenset[str], at: datetime) -> bytes:
    import typst

    codes = ", ".join(sorted(f"U+{ord(each):04X}" for each in missing))
    return typst.compile(
        layout,
        root=root,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"said": json.dumps(said), "missing": codes},
        pdf_standards=STANDARDS,
        timestamp=int(at.timestamp()),  # whole seconds, or it refuses
    )


@cache
def _fonts() -> Any:
    """The font of the layer, and those within typst for letters that it lacks."""
    import typst

    folder = str(resources.files("noto_cjk_sans_jp_regular"))
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


def _printable(said: Any, missing: frozenset[str]) -> Any:
    """Return *said* without what cannot be seen or printed."""
    if isinstance(said, str):
        spaced = " ".join(said.split())
        seen = (each for each in spaced if unicodedata.category(each) not in {"Cc", "Cf"})
        return "".join(GETA if each in missing else each for each in seen)
    if isinstance(said, list):
        return [_printable(each, missing) for each in said]
    if isinstance(said, dict):
        return {name: _printable(each, missing) for name, each in said.items()}
    return said


def _missing(told: str) -> frozenset[str]:
    r"""
    Return the characters typst could not print, as it told.

    A mark that is missing takes its letter along, so marks come first.  ASCII never misses:
    amounts are safe whatever name stands beside them.

    >>> _missing('the text `"1"` could ..., the text `"😀"` could ...') == {"😀"}
    True
    >>> _missing(r'the text `"か"` could ..., the text `"\u{20e3}"` could ...') == {"\u20e3"}
    True
    """
    texts = "".join(_UNPRINTABLE.findall(told))
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), texts)
    found = frozenset(each for each in plain if not each.isascii())
    marks = frozenset(each for each in found if unicodedata.category(each).startswith("M"))
    return marks or found
