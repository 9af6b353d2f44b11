"""Yes or no for each patient: whoever is not asked about keeps the answer they had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contracts.answers import (
    Answers,
    answered,
    differing,
    is_backed_up,
    takes_new,
)
from chalicelib.contracts.selection import MAX_LISTED, MAX_LISTED_BYTES, Mode, Selection
from chalicelib.kernel.errors import Invalid

PEOPLE = ["P-1", "P-2", "P-3", "P-4", "P-5"]
SOME = st.frozensets(st.sampled_from(PEOPLE))
SELECTIONS = st.one_of(
    st.just(Selection()),
    SOME.filter(bool).map(lambda ids: Selection(Mode.LISTED, ids)),
    SOME.filter(bool).map(lambda ids: Selection(Mode.ALL_BUT, ids)),
)
ASKED = st.builds(
    lambda yes, no, new: Answers(yes - no, no, new),
    SOME,
    SOME,
    st.sampled_from([None, True, False]),
)


@given(SELECTIONS, ASKED, SOME)
def test_those_asked_about_get_their_answer_and_nobody_else_does(
    before: Selection, asked: Answers, known: frozenset[str]
) -> None:
    everybody = known | before.patient_ids if asked.new is not None else ()
    try:
        after = answered(before, asked, everybody)
    except Invalid as refused:
        assert refused.code == "nobody-left"
        return
    for each in PEOPLE:
        if each in asked.patient_ids:
            assert is_backed_up(after, each) is (each in asked.yes)
        elif asked.new is None or each in everybody:
            assert is_backed_up(after, each) is is_backed_up(before, each)


@given(SELECTIONS, ASKED, SOME)
def test_what_becomes_is_a_selection_that_a_contract_takes(
    before: Selection, asked: Answers, known: frozenset[str]
) -> None:
    try:
        after = answered(before, asked, known)
    except Invalid:
        return
    after.check()
    assert takes_new(after) is (takes_new(before) if asked.new is None else asked.new)


@given(SELECTIONS, ASKED)
def test_only_what_differs_is_a_change(before: Selection, asked: Answers) -> None:
    changes = differing(before, asked)
    assert changes.yes == {each for each in asked.yes if not is_backed_up(before, each)}
    assert changes.no == {each for each in asked.no if is_backed_up(before, each)}
    assert changes.new in (None, asked.new)
    assert changes.new is not takes_new(before)


def test_a_new_patient_is_backed_up_after_the_last_exclusion_is_taken_back() -> None:
    before = Selection(Mode.ALL_BUT, frozenset({"P-1"}))
    assert answered(before, Answers(yes=frozenset({"P-1"}))) == Selection(Mode.ALL)


def test_somebody_must_be_left() -> None:
    before = Selection(Mode.LISTED, frozenset({"P-1"}))
    with pytest.raises(Invalid) as refused:
        answered(before, Answers(no=frozenset({"P-1"})))
    assert refused.value.code == "nobody-left"


@pytest.mark.parametrize(
    "ids",
    [
        {f"P-{number}" for number in range(MAX_LISTED + 1)},
        {f"{number:064}" for number in range(MAX_LISTED_BYTES // 64 + 1)},
    ],
    ids=["too many", "too long"],
)
def test_a_contract_names_a_bounded_number(ids: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        answered(Selection(), Answers(no=frozenset(ids)))
    assert refused.value.code == "too-many-patients"


def test_a_contract_names_as_many_as_it_says() -> None:
    ids = frozenset(f"P-{number}" for number in range(MAX_LISTED))
    assert answered(Selection(), Answers(no=ids)).patient_ids == ids
