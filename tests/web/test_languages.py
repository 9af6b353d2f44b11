"""Every text is in both languages, and says which one it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from chalice.test import Client

from chalicelib.web.languages import LOCALE
from chalicelib.web.pages import environment
from infra.assets import compiled_words
from infra.words import TEMPLATES, missing, texts
from tests.support.visitor import NO_LANGUAGE, Texts, Visitor
from tests.web.conftest import Pages

CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
OWN_NAMES = {"Hokan", "保管", "English", "日本語"}  # said alike in both languages
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{3,}(?: [A-Za-z]+)+")  # two words in a row


# --- the catalogues ----------------------------------------------------------------------------


def test_there_is_a_catalogue() -> None:
    assert [path.parts[-3] for path in CATALOGUES] == ["ja"]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_text_of_a_template_is_translated_and_nothing_else(path: Path) -> None:
    with path.open("rb") as written:
        catalogue = read_po(written, locale=path.parts[-3])
    assert missing(catalogue) == [], "not translated"
    assert [each.id for each in catalogue if each.id and each.fuzzy] == [], "not certain"
    assert list(catalogue.obsolete) == [], "no longer said"
    assert {each.id for each in catalogue if each.id} == {each.id for each in texts() if each.id}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_has_the_figures_of_its_text(path: Path) -> None:
    with path.open("rb") as written:
        catalogue = read_po(written, locale=path.parts[-3])
    for each in catalogue:
        assert _figures(each.string) >= _figures(each.id) - {"%(count)s"}, each.id


def _figures(text: Any) -> set[str]:
    forms = text if isinstance(text, list | tuple) else [text]
    return {found for form in forms for found in re.findall(r"%\(\w+\)s", form or "")}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_compiled_words_are_those_of_the_catalogue(path: Path) -> None:
    compiled = path.with_suffix(".mo")
    assert compiled.read_bytes() == compiled_words(path), "run `make setup`"


# --- the templates -----------------------------------------------------------------------------


class Unmarked(HTMLParser):
    """What a template says outside of ``trans``."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._look(value for name, value in attrs if name in Texts.HEARD and value)

    def handle_data(self, data: str) -> None:
        self._look([data])

    def _look(self, values: Iterator[str] | list[str]) -> None:
        self.found += [each.strip() for each in values if re.search(r"[^\W\d_]{2}", each)]


def unmarked(source: str) -> list[str]:
    """Return the texts of *source* that nobody could translate."""
    page, is_marked = Unmarked(), False
    block: list[str] = []
    for _, kind, value in environment("en").lex(source):
        block = [] if kind == "block_begin" else [*block, value]
        if kind == "block_end":
            named = [each for each in block if each.strip()][:-1]
            is_marked = named[0] == "trans" or (is_marked and named[0] != "endtrans")
        elif kind == "data" and not is_marked:
            page.feed(value)
        elif kind == "variable_begin":
            page.feed("0")
    return [each for each in page.found if each.strip("| ") not in OWN_NAMES]


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_every_text_of_a_template_is_marked_for_translation(path: Path) -> None:
    assert unmarked(path.read_text()) == []


def test_a_text_that_is_not_marked_would_be_found() -> None:
    source = '<p title="Say it">{% trans %}Fine{% endtrans %}<b>Not fine</b>{{ name }}</p>'
    assert unmarked(source) == ["Say it", "Not fine"]


# --- pages -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("cookie", "accepts", "expected"),
    [
        ("", "", "ja"),
        ("", "fr", "ja"),
        ("", "en-US,en;q=0.9", "en"),
        ("", "ja;q=0.4,en;q=0.5", "en"),
        ("ja", "en", "ja"),
        ("en", "ja", "en"),
        ("xx", "en", "en"),
    ],
)
def test_a_page_is_in_the_readers_language(
    client: Client,  # noqa: ARG001
    cookie: str,
    accepts: str,
    expected: str,
) -> None:
    visitor = Visitor(language=accepts, cookies={"__Host-language": cookie} if cookie else {})
    page = visitor.get("/portal/sign-in")
    assert f'<html lang="{expected}">' in page.text
    assert page.headers["Content-Language"] == expected


def mislabelled(page: str) -> list[tuple[str, str]]:
    """Return the texts of *page* that are not in the language they are said to be in."""
    said = [each for each in Texts(page).said if each[1] not in OWN_NAMES]
    return [
        (language, text)
        for language, text in said
        if language not in {"ja", "en", NO_LANGUAGE}
        or (language == "en" and JAPANESE.search(text))
        or (language == "ja" and ENGLISH.search(text))
    ]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_text_of_a_page_says_which_language_it_is_in(pages: Pages, language: str) -> None:
    for name, page in pages(language).items():
        assert mislabelled(page.text) == [], name


def test_a_text_in_another_language_would_be_found() -> None:
    page = (
        '<html lang="en"><p>Good</p><p>日本の</p><b lang="ja">日本の</b><i lang="ja">Not at all</i>'
    )
    assert mislabelled(page) == [("en", "日本の"), ("ja", "Not at all")]
