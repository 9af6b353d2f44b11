"""Every planted bug fits the code as it is; that it is noticed is asked by `make bite`."""

from __future__ import annotations

import pytest

from tests.bite.__main__ import ROOT
from tests.bite.bugs import BUGS, Bug


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_fits_the_code(bug: Bug) -> None:
    assert (ROOT / bug.file).read_text().count(bug.before) == 1
