from __future__ import annotations

import pytest

from chalicelib.settings import SettingsError, read_settings
from infra.template import load

GIVEN: dict[str, str] = {
    name: "7" if name == "HOKAN_CLOCK_OFFSET_SECONDS" else "x"
    for name in load()["Globals"]["Function"]["Environment"]["Variables"]
}


def test_the_template_gives_every_setting() -> None:
    assert read_settings(GIVEN).clock_offset_seconds == 7


@pytest.mark.parametrize(
    "name",
    sorted(
        name for name in GIVEN if name.startswith("HOKAN_") and name != "HOKAN_CLOCK_OFFSET_SECONDS"
    ),
)
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        read_settings(GIVEN | {name: ""})


def test_a_number_that_is_none_is_named() -> None:
    with pytest.raises(SettingsError, match="HOKAN_CLOCK_OFFSET_SECONDS is not a whole number"):
        read_settings(GIVEN | {"HOKAN_CLOCK_OFFSET_SECONDS": "soon"})
