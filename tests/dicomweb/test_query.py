"""What searches ask for, as clients write it, and what they find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.dicomweb.query import ALL, MOST_ROWS, Query, matches, matches_one, parsed
from chalicelib.kernel.errors import Invalid

YAMADA = {
    "vr": "PN",
    "Value": [
        {"Alphabetic": "YAMADA^TARO", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}
    ],
}


def test_keyword_and_tag_are_the_same_attribute() -> None:
    assert parsed([("PatientID", "7")]) == parsed([("00100020", "7")])


def test_fields_come_with_commas_and_more_than_once() -> None:
    found = parsed([("includefield", "00081030,00080060"), ("includefield", "PatientBirthDate")])

    assert found.fields == {"00081030", "00080060", "00100030"}


def test_every_field_can_be_asked_for() -> None:
    assert parsed([("includefield", "all")]).fields == {ALL}


def test_a_page_is_never_longer_than_we_answer() -> None:
    assert parsed([("limit", "100000")]).limit == MOST_ROWS


@pytest.mark.parametrize("name", ["PatientIdentity", "0010", "x;y", "研究"])
def test_what_is_no_attribute_is_named(name: str) -> None:
    with pytest.raises(Invalid, match="is no attribute"):
        parsed([(name, "1")])


@pytest.mark.parametrize("value", ["-1", "ten", "1.5", "٣", ""])
def test_a_limit_is_a_whole_number(value: str) -> None:
    with pytest.raises(Invalid, match="limit must be a whole number"):
        parsed([("limit", value)])


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("YAMADA^TARO", id="as it is"),
        pytest.param("yamada*", id="any case, and how it begins"),
        pytest.param("山田^太郎", id="in kanji"),
        pytest.param("*たろう", id="in kana, and how it ends"),
        pytest.param("YAMADA^T?RO", id="one character open"),
        pytest.param("YAMADA^TARO=山田^太郎=やまだ^たろう", id="all three writings"),
        pytest.param("YAMADA^TARO^^", id="with empty parts behind"),
        pytest.param("*", id="any name"),
        pytest.param("", id="nothing asked"),
    ],
)
def test_a_name_is_found_in_each_of_its_writings(asked: str) -> None:
    assert matches_one(asked, YAMADA)


@pytest.mark.parametrize("asked", ["YAMADA", "TARO", "山田", "YAMADA^TAR", "AMADA*"])
def test_part_of_a_name_is_not_the_name(asked: str) -> None:
    assert not matches_one(asked, YAMADA)


@pytest.mark.parametrize("asked", ["taro", "yama", "太郎 山田", "たろう"])
def test_fuzzy_matching_takes_the_beginning_of_any_part(asked: str) -> None:
    assert matches_one(asked, YAMADA, is_fuzzy=True)


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("20260415", True),
        ("20260401-20260430", True),
        ("20260416-", False),
        ("-20260414", False),
        ("-2026", True),
        ("202604", True),
    ],
)
def test_dates_are_found_by_day_and_by_range(asked: str, is_found: bool) -> None:  # noqa: FBT001
    assert matches_one(asked, {"vr": "DA", "Value": ["20260415"]}) is is_found


def test_several_uids_ask_for_any_of_them() -> None:
    study = {"vr": "UI", "Value": ["1.2.3"]}

    assert matches_one("1.2.1,1.2.3", study)
    assert matches_one("1.2.1\\1.2.3", study)
    assert not matches_one("1.2.30", study)


def test_what_a_data_set_does_not_have_is_not_found_in_it() -> None:
    assert not matches(Query({"00100020": "7"}), {})


texts = st.text(alphabet="AB.*?^=\\[](+山", max_size=12)


@given(value=texts.filter(lambda text: not set(text) & set("*?") and text.strip() == text))
def test_a_value_is_found_by_itself(value: str) -> None:
    assert matches_one(value, {"vr": "LO", "Value": [value]})


@given(asked=texts, value=texts)
def test_no_question_breaks_the_search(asked: str, value: str) -> None:
    matches_one(asked, {"vr": "LO", "Value": [value]})
    matches_one(asked, {"vr": "PN", "Value": [{"Alphabetic": value}]})


def test_many_stars_ask_no_more_than_one() -> None:
    assert not matches_one("*A" * 30 + "B", {"vr": "LO", "Value": ["A" * 64]})
