"""Examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import chalicelib
import hokan_agent


def modules() -> Iterator[str]:
    """Yield each module that has an example."""
    for package in (chalicelib, hokan_agent):
        for root in map(Path, package.__path__):
            for source in root.rglob("*.py"):
                if ">>> " in source.read_text():
                    yield ".".join(source.relative_to(root.parent).with_suffix("").parts)


@pytest.mark.parametrize("name", sorted(modules()))
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
