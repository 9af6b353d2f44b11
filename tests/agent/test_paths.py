from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokan_agent.sources.paths import from_wire, to_wire

SEGMENTS = st.binary(min_size=1, max_size=40).filter(
    lambda name: not {0, ord("/")} & set(name) and name not in {b".", b".."}
)


@given(st.lists(SEGMENTS, min_size=1, max_size=4).map(b"/".join))
def test_every_file_name_survives_the_journey(name: bytes) -> None:
    assert from_wire(to_wire(name)) == name


@given(st.lists(SEGMENTS, min_size=1, max_size=4).map(b"/".join))
def test_what_travels_is_text(name: bytes) -> None:
    to_wire(name).encode()


@pytest.mark.parametrize(
    "path", ["../a", "a/../b", "/etc/passwd", "a//b", "", ".", "a/.", "%2E%2E/a", "a%00b", "%2Fa"]
)
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="leaves the folder"):
        from_wire(path)
