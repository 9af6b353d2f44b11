from __future__ import annotations

import pytest

from chalicelib.settings import SettingsError, read_settings
from infra.template import load

PARTICULAR = {"HOKAN_CLOCK_OFFSET_SECONDS": "7", "HOKAN_REQUIRE_MFA": "false"}
MAY_BE_EMPTY = {
    "HOKAN_CLOCK_OFFSET_SECONDS",
    "HOKAN_MAIL_FROM",
    "HOKAN_OPERATOR_MAIL",
    "HOKAN_PORTAL_URL",
}
GIVEN: dict[str, str] = {
    name: PARTICULAR.get(name, "x")
    for name in load()["Globals"]["Function"]["Environment"]["Variables"]
}


def test_the_template_gives_every_setting() -> None:
    assert read_settings(GIVEN).clock_offset_seconds == 7
    assert not read_settings(GIVEN).require_mfa


@pytest.mark.parametrize(
    "name",
    sorted(name for name in GIVEN if name.startswith("HOKAN_") and name not in MAY_BE_EMPTY),
)
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        read_settings(GIVEN | {name: ""})


def test_a_number_that_is_none_is_named() -> None:
    with pytest.raises(SettingsError, match="HOKAN_CLOCK_OFFSET_SECONDS is not a whole number"):
        read_settings(GIVEN | {"HOKAN_CLOCK_OFFSET_SECONDS": "soon"})


def test_a_truth_that_is_none_is_named() -> None:
    with pytest.raises(SettingsError, match="HOKAN_REQUIRE_MFA is not true or false"):
        read_settings(GIVEN | {"HOKAN_REQUIRE_MFA": "yes"})
