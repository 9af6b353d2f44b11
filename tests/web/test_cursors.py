"""Where a listing goes on: only where it was."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from chalicelib.kernel.errors import Invalid
from chalicelib.web import cursors

KEY = {"pk": {"S": "TARGET#1"}, "sk": {"S": "PATIENT#1"}}


def forged(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def test_a_listing_goes_on_where_it_was() -> None:
    assert cursors.read(cursors.written(KEY), partition="TARGET#1") == KEY


def test_a_listing_of_an_index_goes_on_where_it_was() -> None:
    key = {**KEY, "due_shard": {"S": "missed#0"}, "due_at": {"S": "2027"}}
    assert cursors.read(cursors.written(key), partition="missed#0", of="due_shard") == key


@pytest.mark.parametrize(
    "key",
    [
        {"pk": KEY["pk"]},
        {**KEY, "sk": {"N": "1"}},
        {**KEY, "sk": {"S": ""}},
        {**KEY, "sk": {"S": "PATIENT#1", "N": "1"}},
        {**KEY, "sk": "PATIENT#1"},
        {**KEY, "sk": {"S": ["PATIENT#1"]}},
        ["TARGET#1"],
    ],
)
def test_what_is_no_key_of_ours_is_refused(key: Any) -> None:
    with pytest.raises(Invalid, match="not one of ours"):
        cursors.read(forged(key), partition="TARGET#1")


def test_a_place_in_anothers_listing_is_refused() -> None:
    with pytest.raises(Invalid, match="another listing"):
        cursors.read(forged(KEY), partition="TARGET#2")
