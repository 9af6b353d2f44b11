"""Whatever a picture says of itself: bounded memory, a named reason, never an error."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.build import ROOT
from tests.pictures.hostile import LIES
from tests.pictures.scene import FILES, come_out

MOST_MEGABYTES = 256  # with Python, Pillow, and the bytes of the lie itself
SMALL_BYTES = 40_000
SMALL = [path for path in FILES if path.stat().st_size < SMALL_BYTES and path.suffix == ".dcm"]


@functools.cache
def told() -> dict[str, dict[str, Any]]:
    """Return what is told of each lie; Python and Pillow start once for all."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.pictures.hostile", *LIES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    return {each["name"]: each for each in map(json.loads, ran.stdout.splitlines())}


@pytest.mark.xdist_group("lies")  # one worker has them told
@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_named_within_bounded_memory(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    of_it = told()[name]
    record_property("most_megabytes", of_it["most_megabytes"])
    assert of_it["reason"] == LIES[name].reason
    assert of_it["most_megabytes"] <= MOST_MEGABYTES


@given(
    path=st.sampled_from(SMALL),
    place=st.floats(0, 1, exclude_max=True),
    bytes_=st.binary(min_size=1, max_size=8),
)
def test_bytes_that_were_changed_break_nothing(path: Path, place: float, bytes_: bytes) -> None:
    content = bytearray(path.read_bytes())
    at = int(place * len(content))
    content[at : at + len(bytes_)] = bytes_
    picture, files = come_out(bytes(content))
    assert bool(files) == (picture.reason is None)


@given(path=st.sampled_from(SMALL), place=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_breaks_nothing(path: Path, place: float) -> None:
    content = path.read_bytes()
    picture, files = come_out(content[: int(place * len(content))])
    assert bool(files) == (picture.reason is None)
