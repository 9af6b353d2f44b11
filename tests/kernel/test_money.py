"""Yen are whole, and a rounding is chosen, never an accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.money import Rounding, share_yen

yen = st.integers(-(10**15), 10**15)
wholes = st.integers(1, 10**6)


@pytest.mark.parametrize(
    ("amount_yen", "rounding", "tax_yen"),
    [
        (314, Rounding.FLOOR, 31),
        (314, Rounding.HALF_UP, 31),
        (314, Rounding.CEIL, 32),
        (315, Rounding.HALF_UP, 32),
        (319, Rounding.FLOOR, 31),
        (310, Rounding.CEIL, 31),
        (-315, Rounding.FLOOR, -31),
        (-315, Rounding.HALF_UP, -32),
        (-311, Rounding.CEIL, -32),
    ],
)
def test_ten_per_cent_rounded_as_chosen(amount_yen: int, rounding: Rounding, tax_yen: int) -> None:
    assert share_yen(amount_yen, 10, 100, rounding) == tax_yen


@given(yen, wholes, st.sampled_from(Rounding))
def test_the_whole_is_the_whole(amount: int, whole: int, rounding: Rounding) -> None:
    assert share_yen(amount, whole, whole, rounding) == amount


@given(yen, st.integers(0, 10**6), wholes, st.sampled_from(Rounding))
def test_a_share_is_less_than_a_yen_off(
    amount: int, part: int, whole: int, rounding: Rounding
) -> None:
    share = share_yen(amount, part, whole, rounding)
    assert abs(share * whole - amount * part) < whole


@given(st.integers(0, 10**15), st.integers(0, 10**6), wholes)
def test_roundings_are_in_order(amount: int, part: int, whole: int) -> None:
    down, half, up = (share_yen(amount, part, whole, rounding) for rounding in Rounding)
    assert down <= half <= up <= down + 1


def test_amounts_beyond_a_float_are_exact() -> None:
    assert share_yen(10**30 + 1, 1, 1) == 10**30 + 1


@pytest.mark.parametrize(("part", "whole"), [(-1, 1), (1, 0), (1, -1)])
def test_what_is_no_share_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        share_yen(100, part, whole)
