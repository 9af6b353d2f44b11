from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import ids

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_a_later_id_sorts_after_an_earlier_one() -> None:
    assert ids.new_id("batch", NOW) < ids.new_id("batch", NOW + timedelta(milliseconds=1))


def test_ids_of_one_moment_differ() -> None:
    assert len({ids.new_id("batch", NOW) for _ in range(1000)}) == 1000


@given(st.text(min_size=4), st.text(min_size=4))
def test_a_derived_id_is_stable_and_tells_nothing(facility: str, patient: str) -> None:
    derived = ids.derived_id("patient", facility, patient)
    assert derived == ids.derived_id("patient", facility, patient)
    assert patient not in derived.removeprefix("patient-")


def test_derived_ids_of_two_facilities_differ() -> None:
    assert ids.derived_id("patient", "f1", "P-1") != ids.derived_id("patient", "f2", "P-1")


@given(st.integers(4, 30))
def test_a_code_typed_with_look_alikes_is_the_same_code(length: int) -> None:
    code = ids.one_time_code(length)
    typed = code.upper().replace("0", "O").replace("1", "I")
    assert ids.normal_code(typed) == ids.normal_code(code)
