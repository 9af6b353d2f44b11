"""What a folder's layout says, and that no path says anything else, or takes long to."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokan_agent.errors import AgentError
from hokan_agent.sources.paths import to_wire
from hokan_agent.sources.patterns import Pattern, Patterns

USUAL = "{patient}/{date}_{examination}/**"


def a_value(without: str = "") -> st.SearchStrategy[str]:
    """Return what a name may hold, less the text that follows it in the pattern."""
    letters = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/" + without)
    texts = st.text(letters, min_size=1, max_size=20).map(lambda x: unicodedata.normalize("NFC", x))
    return texts.filter(
        lambda text: text == text.strip() and not set("/" + without) & set(text) and text != ""
    )


def examination(pattern: str, path: str) -> object:
    return Pattern(pattern).examination_of(path)


def test_a_layout_says_whose_and_which_examination_it_is() -> None:
    assert examination(USUAL, "P-1/20260401_E-7/day 2/IMG1.JPG") == {
        "id": "E-7",
        "examined_at": "2026-04-01",
        "patient": {"id": "P-1"},
    }


@given(
    patient=a_value(without="_"),
    name=a_value(),
    day=st.dates(min_value=date(1900, 1, 1)),
    kind=a_value(without="-"),
    identifier=a_value(without="."),
)
def test_what_a_path_was_built_from_is_what_the_pattern_reads(
    patient: str, name: str, day: date, kind: str, identifier: str
) -> None:
    path = f"x/{patient}_{name}/{day:%Y%m%d}{kind}-{identifier}.jpg"
    found = examination("*/{patient}_{patient_name}/{date}{kind}-{examination}.jpg", wired(path))
    assert found == {
        "id": identifier,
        "examined_at": day.isoformat(),
        "kind": kind,
        "patient": {"id": patient, "name": name},
    }


def wired(path: str) -> str:
    return to_wire(path.encode())


@pytest.mark.parametrize(
    "path",
    [
        "IMG1.JPG",
        "P-1/E-7/IMG1.JPG",
        "P-1/20261301_E-7/IMG1.JPG",
        "P-1/20260401_E-7",
        " /20260401_E/a",
    ],
)
def test_a_path_of_another_layout_says_nothing(path: str) -> None:
    assert examination(USUAL, path) is None


def test_of_several_patterns_the_first_that_fits_counts() -> None:
    patterns = Patterns(["{patient}/{examination}/**", "{examination}/**"])
    found = [patterns.examination_of(path) for path in ("P/E/a", "E/a", "a")]
    assert found == [{"id": "E", "patient": {"id": "P"}}, {"id": "E"}, None]


def test_days_may_be_folders_of_their_own() -> None:
    found = examination("{date:%Y/%m/%d}/{examination}/**", "2026/04/01/E-7/a")
    assert found == {"id": "E-7", "examined_at": "2026-04-01"}


def test_a_form_with_hours_says_the_time() -> None:
    found = examination("{examination}-{date:%Y%m%dT%H%M%S}.jpg", "E-20260401T093000.jpg")
    assert found == {"id": "E", "examined_at": "2026-04-01T09:30:00"}


def test_without_an_examination_a_patients_day_is_one() -> None:
    found = examination("{patient}/{date}/*.jpg", "P-1/2026-04-01/IMG1.jpg")
    assert found == {"id": "P-1 2026-04-01", "examined_at": "2026-04-01", "patient": {"id": "P-1"}}


def test_a_name_that_stands_twice_has_to_be_the_same_twice() -> None:
    found = [
        examination("{patient}/{patient}_{examination}/**", each) for each in ("P/P_E/a", "P/Q_E/a")
    ]
    assert found == [{"id": "E", "patient": {"id": "P"}}, None]


def test_a_name_in_shift_jis_is_read() -> None:
    place = "患者/検査/".encode("cp932") + b"a.jpg"
    assert examination("{patient}/{examination}/**", to_wire(place)) == {
        "id": "検査",
        "patient": {"id": "患者"},
    }


def test_a_macs_decomposed_name_is_the_same_patient() -> None:
    decomposed = unicodedata.normalize("NFD", "がんま")
    assert decomposed != "がんま"
    found = Pattern("{examination}/**").examination_of(f"{decomposed}/a")
    assert found == {"id": "がんま"}


def test_a_percent_sign_is_one_in_patterns_and_in_names() -> None:
    assert examination("100%_{examination}/**", wired("100%_5%/a")) == {"id": "5%"}


def test_a_newline_in_a_name_ends_nothing() -> None:
    assert examination(USUAL, "P-1/20260401_E\n7/a\nb") == {
        "id": "E7",
        "examined_at": "2026-04-01",
        "patient": {"id": "P-1"},
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "**",
        "{patient}/**",
        "{date}/**",
        "{patiant}/{examination}/**",
        "{patient}{examination}/**",
        "{any}*/{examination}/**",
        "{examination/**",
        "{examination}}/**",
        "{examination:%Y}/**",
        "{date:%Y}/{examination}/**",
        "{date:%Y%m%d%d}/{examination}/**",
        "{date:%Y%m%d%z}/{examination}/**",
        "{examination}/**/a.jpg",
        "{examination}/" + "x" * 500,
    ],
)
def test_a_pattern_that_means_nothing_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(AgentError, match="cannot be used: "):
        Pattern(text)


def test_no_path_keeps_us_long() -> None:
    text = "{patient}_{patient_name}_{kind}_{any}_{any}_{any}_{any}_{examination}!/**"
    path = "_".join("x" * 500) + "/a"  # tried in every way it would take for ever
    assert examination(text, path) is None
