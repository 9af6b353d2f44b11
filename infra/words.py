"""
`make words`: bring the catalogues up to date with the texts of the templates.

New texts come in empty, texts that are gone go.  Whoever changed a template then fills in the
empty ones; a test fails until they have.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from infra.assets import LOCALE, WEB

TEMPLATES = WEB / "templates"
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def texts() -> Catalog:
    """Return every text that templates mark for translation, with the places it stands in."""
    catalogue = Catalog(charset="utf-8")
    written = [(f"**.{kind}", "jinja2") for kind in ("html", "json", "txt")]
    found = extract_from_dir(TEMPLATES, method_map=written)
    for place, line, text, comments, context in found:
        catalogue.add(text, None, [(place, line)], auto_comments=comments, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    """Return the catalogue in *path*."""
    with path.open("rb") as written:
        return read_po(written, locale=path.parts[-3])


def update(path: Path) -> Catalog:
    """Bring the catalogue in *path* up to date; return it."""
    catalogue, found = read(path), texts()
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    lines = io.BytesIO()
    write_po(lines, catalogue, width=100, sort_by_file=True, include_lineno=False, omit_header=True)
    path.write_bytes(HEADER.format(language=path.parts[-3]).encode() + lines.getvalue())
    return catalogue


def missing(catalogue: Catalog) -> list[Any]:
    """Return the texts *catalogue* has no words for."""
    return [each.id for each in catalogue if each.id and not _is_full(each.string)]


def _is_full(words: Any) -> bool:
    return all(words) if isinstance(words, tuple | list) else bool(words)


def main() -> int:
    """Update each catalogue, and name what is to be translated."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        open_ones = missing(update(path))
        print(f"{path.relative_to(WEB)}: {len(open_ones)} to translate")
        print("".join(f"  {each}\n" for each in open_ones), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
