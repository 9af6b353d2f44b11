"""A patient's name is found however it is typed: in kanji, in kana of either kind, in letters."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.archive.name_keys import LONGEST, TO_HIRAGANA, key, keys_of

KATAKANA = st.text(st.characters(min_codepoint=0x30A1, max_codepoint=0x30F4), max_size=12)
PARTS = st.text("サトウキャッンー山田太郎abcōé'-", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("サトウ", "sato"),
        ("さとう", "sato"),
        ("ｻﾄｳ", "sato"),
        ("Satō", "sato"),
        ("SATOU", "sato"),
        ("satoh", "sato"),
        ("ＳＡＴＯ", "sato"),
        ("おおの", "ono"),
        ("Ohno", "ono"),
        ("りょうた", "ryota"),
        ("じゅん", "jun"),
        ("しゃちょう", "shacho"),
        ("ふぁ", "fa"),
        ("きっちょう", "kiccho"),
        ("きや", "kiya"),
        ("きゃ", "kya"),
        ("ヴァン", "van"),
        ("シュークリーム", "shukurimu"),
        ("O'Brien", "obrien"),
        ("Müller", "muller"),
        ("山田　太郎", "山田太郎"),
        ("佐々木", "佐々木"),
        ("", ""),
        ("^= -", ""),
    ],
)
def test_a_name_comes_to_one_way_of_writing(typed: str, found: str) -> None:
    assert key(typed) == found


@given(KATAKANA)
def test_katakana_and_hiragana_are_found_alike(typed: str) -> None:
    assert key(typed) == key(typed.translate(TO_HIRAGANA))


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzōūé山田さトッ"), max_size=20))
def test_case_and_width_make_no_difference(typed: str) -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) if "a" <= each <= "z" else each for each in typed)
    assert key(typed.upper()) == key(typed) == key(wide)


@given(st.text(max_size=200))
def test_whatever_is_typed_has_a_key_of_bounded_length(typed: str) -> None:
    found = key(typed)
    assert len(found) <= LONGEST
    assert "#" not in found


@given(st.text(max_size=40))
@example("0ァァ")
def test_a_key_is_its_own_key(typed: str) -> None:
    assert key(key(typed)) == key(typed)


@given(st.lists(PARTS, min_size=1, max_size=3))
def test_every_part_and_the_whole_find_a_name(parts: list[str]) -> None:
    keys = keys_of("^".join(parts))
    assert {key(each) for each in (*parts, "".join(parts))} - {""} <= keys


def test_each_writing_of_a_name_finds_it() -> None:
    keys = keys_of("YAMADA^TARO=山田^太郎=やまだ^たろう")
    assert keys == {"yamada", "taro", "yamadataro", "山田", "太郎", "山田太郎"}
