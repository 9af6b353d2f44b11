"""The glossary's data: every line is read here as a careful editor would read it."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from chalicelib.charts.model import Kind
from chalicelib.plain import glossary, readability
from chalicelib.plain.glossary import Term, forms, terms
from tests.plain.reading import ORGANS, each_word, replaced, texts


def test_there_are_three_hundred_and_twenty_concepts_in_both_languages() -> None:
    assert len(terms()) >= 320
    assert [term.id for term in terms() if not (term.en.words and term.ja.words)] == []


def test_a_line_with_a_misspelt_field_is_not_read() -> None:
    line = msgspec.json.encode(terms()[0]).replace(b'"short"', b'"shrot"')

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(line, type=Term)


def test_every_term_has_an_id_of_its_own() -> None:
    assert [id_ for id_, times in Counter(term.id for term in terms()).items() if times > 1] == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_form_belongs_to_one_term(language: glossary.Language) -> None:
    times = Counter(form for _, form, _ in each_word(language))

    assert [form for form, count in times.items() if count > 1] == []
    assert forms(language).keys() == times.keys()


def test_a_key_stands_once_in_a_line() -> None:
    """JSON would keep the last of two, silently."""
    twice = []
    for path in sorted((Path(glossary.__file__).parent / "terms").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            written = re.findall(r'"([^"]+)": "', line)
            told = msgspec.json.decode(line, type=Term)
            kept = len(told.en.words) + len(told.ja.words)
            fields = ("id", "kind", "short", "more", "aloud", "reading")
            if len([key for key in written if key not in fields]) != kept:
                twice.append(told.id)

    assert twice == []


def test_organs_and_examinations_are_those_that_charts_know() -> None:
    assert {organ for term in terms() for organ in term.organs} <= ORGANS
    assert {kind for term in terms() for kind in term.needs} <= set(Kind)
    assert [term.id for term in terms() if term.needs and not term.ambiguous] == []


def test_an_ambiguous_term_is_sure_in_the_examinations_it_needs_and_nowhere_else() -> None:
    ileum = forms("en")["ti"]

    assert ileum.is_sure(Kind.LOWER_GI)
    assert not ileum.is_sure(Kind.UPPER_GI)


@pytest.mark.parametrize("form", ["cd", "pr", "pe", "ti", "la", "ic", "od", "peg", "uc", "hp"])
def test_abbreviations_of_several_meanings_are_never_sure_by_themselves(form: str) -> None:
    assert not forms("en")[form].is_sure(Kind.OTHER)


def test_an_ambiguous_form_that_no_examination_makes_sure_stands_for_itself() -> None:
    assert [
        (term.id, form)
        for language in ("en", "ja")
        for term, form, plain in each_word(language)
        if term.ambiguous and not term.needs and form != plain
    ] == []


def test_what_is_only_related_is_explained_by_what_stands_for_it() -> None:
    """So it never stands for itself: kidney damage is not explained by what a kidney is."""
    assert forms("en")["nephropathy"].en.meaning("nephropathy") == "It means: kidney damage."
    assert [
        form
        for term in terms()
        for told in (term.en, term.ja)
        for form, plain in told.also.items()
        if form == plain or form in told.named or told.meaning(form) == told.short
    ] == []


def test_a_drug_is_explained_by_what_it_is_for_and_not_by_its_name() -> None:
    assert forms("en")["bcg"].en.meaning("bcg") == "It means: bladder drug."
    assert (
        forms("ja")["フルマゼニル"].ja.meaning("フルマゼニル") == "「目を覚ます薬」という意味です。"
    )


def test_what_names_a_term_is_explained_by_its_sentence() -> None:
    told = forms("ja")["潰瘍"].ja

    assert told.meaning("潰瘍") == told.short
    assert told.aloud == "かいよう"


def test_english_forms_are_in_lower_case_and_clean() -> None:
    clean = re.compile(r"[a-z0-9](?:[a-z0-9.'/()-]|,? )*")

    assert [form for _, form, _ in each_word("en") if not clean.fullmatch(form)] == []
    assert [plain for _, _, plain in each_word("en") if not clean.fullmatch(plain.lower())] == []
    assert [plain for _, _, plain in each_word("en") if re.search(r"  |\s$", plain)] == []


def test_what_is_said_is_short() -> None:
    assert [t.id for t in terms() if not 0 < len(t.en.short) <= 120 or len(t.en.more) > 300] == []
    assert [t.id for t in terms() if not 0 < len(t.ja.short) <= 60 or len(t.ja.more) > 120] == []


def test_what_is_said_is_whole_sentences() -> None:
    assert [t.id for t in terms() if not re.fullmatch(r"[A-Z0-9].*[.]", t.en.short)] == []
    assert [t.id for t in terms() if not t.ja.short.endswith("。")] == []


def test_english_explanations_read_at_grade_eight_or_below() -> None:
    assert [
        (term.id, round(readability.grade(text), 1))
        for term in terms()
        for text in (term.en.short, term.en.more)
        if readability.grade(text) > 8
    ] == []


def test_japanese_sentences_have_at_most_forty_characters() -> None:
    assert [
        sentence
        for term in terms()
        for sentence in readability.sentences(texts(term, "ja"))
        if len(sentence) > 40
    ] == []


def test_readings_are_in_kana() -> None:
    assert [t.id for t in terms() if not re.fullmatch(r"[ぁ-ゖー・、 ]+", t.ja.reading)] == []


def test_plain_words_are_easier_to_say_than_the_words_they_stand_for() -> None:
    """On the whole: some things have no short name."""
    spoken = [
        (sum(map(readability.syllables, re.findall(r"[a-z']+", text))) / len(text.split()))
        for _, form, plain in replaced("en")
        for text in (form, plain)
    ]

    assert sum(spoken[1::2]) / sum(spoken[::2]) < 0.6


def test_japanese_plain_words_have_few_kanji() -> None:
    plain = "".join(plain for _, _, plain in replaced("ja"))
    hard = "".join(form for _, form, _ in replaced("ja"))

    assert readability.kanji_share(plain) < 0.4 < readability.kanji_share(hard)


def test_what_loading_takes_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Told, not held to: it depends on the machine."""
    terms.cache_clear()
    before = time.perf_counter()
    told = f" {len(terms())} terms in {1_000 * (time.perf_counter() - before):.1f} ms "
    with capsys.disabled():
        sys.stdout.write(told)
