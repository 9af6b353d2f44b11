"""Japanese sentences in plain words: readings, everyday words, polite endings."""

from __future__ import annotations

import pytest

from chalicelib.plain import convert

pytestmark = pytest.mark.usefixtures("own_terms")


def plain(text: str) -> list[str]:
    return [each.text for each in convert(text, "ja").sentences]


def test_a_reading_is_given_once() -> None:
    assert plain("潰瘍を認める。潰瘍を認める。") == [
        "潰瘍(かいよう)があります。",
        "潰瘍があります。",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("びらんを認める。", "浅いただれがあります。"),
        ("潰瘍は認めず。", "潰瘍(かいよう)はありません。"),
        ("潰瘍なし", "潰瘍(かいよう)はありません。"),
        ("ポリープあり。", "ポリープがあります。"),
        ("ポリープ疑い", "ポリープのうたがいがあります。"),
        ("生検を施行した。", "組織(そしき)を少しとりました。"),
        ("ポリープを示した。", "ポリープをしめしました。"),
        ("ポリープがありました。", "ポリープがありました。"),
    ],
)
def test_what_was_seen_is_told_politely(text: str, expected: str) -> None:
    assert plain(text) == [expected]


def test_a_word_within_a_longer_one_is_left_alone() -> None:
    assert plain("潰瘍性変化。") == ["潰瘍性変化。"]


def test_places_side_by_side_are_joined() -> None:
    assert plain("食道粘膜") == ["食道(しょくどう)の粘膜(ねんまく)。"]


def test_a_size_is_made_graspable() -> None:
    assert plain("径10mmのポリープ。") == ["さしわたし10mm(ブルーベリーくらい)のポリープ。"]


def test_headings_and_lines_are_parts_of_a_report() -> None:
    sentences = convert("【所見】\n食道：潰瘍なし。\n・びらん", "ja").sentences
    assert [each.heading for each in sentences] == [True, True, False, False]


def test_what_is_not_japanese_is_shown_as_it_is() -> None:
    (sentence,) = convert("Normal mucosa.", "ja").sentences
    assert (sentence.text, sentence.fallback) == ("Normal mucosa.", True)


def test_a_long_word_that_nobody_explains_is_left_to_the_doctor() -> None:
    terms = convert("扁平隆起性病変。", "ja").terms
    assert [(each.term, each.known) for each in terms] == [("扁平隆起性病変", False)]


def test_nothing_abnormal_is_not_called_normal() -> None:
    assert plain("異常を認めず。") == ["異常(いじょう)はみられません。"]


def test_a_japanese_replacement_that_changes_the_meaning_is_not_put_in() -> None:
    expected = "非出血性(ひしゅっけつせい)の潰瘍(かいよう)があります。"
    assert plain("非出血性の潰瘍を認める。") == [expected]


def test_a_long_sentence_is_cut_behind_what_was_seen() -> None:
    text = "幽門の近くに白苔のない小さな潰瘍を認め、そのまわりにびらんを認めた。"
    first, second = plain(text)
    assert first.endswith("潰瘍(かいよう)がありました。")
    assert second.endswith("ただれがありました。")


@pytest.mark.parametrize(
    "text",
    [
        "幽門の近くに白苔のない小さな潰瘍を認め、悪性の可能性を考えて生検した。",
        "幽門の近くに白苔のない小さな潰瘍を認め、悪化する場合は切除する。",
    ],
)
def test_a_sentence_is_not_cut_where_a_half_may_reach_over(text: str) -> None:
    assert len(plain(text)) == 1
