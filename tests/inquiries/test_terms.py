"""Terms: whatever stands in a text is found by what was typed, and keys tell no words."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.inquiries import terms

JAPANESE = st.text("画像転送のがエラーｶﾞ々", min_size=1, max_size=12)
TEXTS = st.lists(JAPANESE | st.sampled_from(["CT", "e102", " ", "、", "Straße"]), min_size=1)


@given(text=TEXTS.map("".join), cut=st.tuples(st.integers(0, 40), st.integers(1, 15)))
def test_any_part_of_japanese_is_found(text: str, cut: tuple[int, int]) -> None:
    plain = unicodedata.normalize("NFKC", text)
    runs = "".join(each if each in "画像転送のがエラーガ々" else " " for each in plain)
    start, length = cut
    assert set(terms.query_terms(runs[start : start + length])) <= terms.terms_of(text)


@given(text=st.text(max_size=15))
def test_a_text_is_found_by_itself(text: str) -> None:
    assert set(terms.query_terms(text)) <= terms.terms_of(text)


def test_a_key_tells_no_word() -> None:
    assert terms.key("山田").isascii()
