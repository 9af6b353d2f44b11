"""What a chart may hold; what is refused names its field."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chalicelib.charts.checking import MOST_BYTES, checked
from chalicelib.charts.model import (
    ROWS,
    Certainty,
    Chart,
    Code,
    Diagnosis,
    Finding,
    Image,
    Kind,
    Mark,
    Measurement,
    Quantity,
    Site,
)
from chalicelib.kernel.errors import Invalid, TooLarge
from tests.charts.scene import CHART, DIGEST


def a_finding(**changes: Any) -> Finding:
    usual: dict[str, Any] = {"certainty": Certainty.PRESENT, "text": "Polyp"}
    return Finding(**usual | changes)


def of(*findings: Finding, **more: Any) -> Chart:
    return Chart(kind=Kind.OTHER, findings=findings, **more)


def test_a_whole_chart_is_kept_word_for_word() -> None:
    assert checked(CHART) == CHART


def test_a_chart_comes_back_from_json_as_it_was() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CHART), type=Chart) == CHART


@pytest.mark.parametrize(
    ("chart", "field"),
    [
        (of(a_finding(), a_finding(site=Site(organ="a\x00b"))), "findings[1].site.organ"),
        (of(a_finding(text="two\nlines")), "findings[0].text"),
        (of(a_finding(text="\u202eturned about")), "findings[0].text"),
        (of(a_finding(text="\ud800")), "findings[0].text"),
        (of(a_finding(text="   ")), "findings[0].text"),
        (of(a_finding(text="x" * 1_001)), "findings[0].text"),
        (of(a_finding(text="")), "findings[0]"),
        (of(a_finding(mark=1)), "findings[0].mark"),
        (of(a_finding(size=Quantity(value="5,0", unit="mm"))), "findings[0].size.value"),
        (of(a_finding(size=Quantity(value="<5", unit="mm"))), "findings[0].size.value"),
        (of(a_finding(size=Quantity(value="NaN", unit="mm"))), "findings[0].size.value"),
        (of(a_finding(size=Quantity(value="5", unit=""))), "findings[0].size.unit"),
        (of(a_finding(code=Code(system="two words", code="1"))), "findings[0].code.system"),
        (of(*[a_finding()] * (ROWS + 1)), "findings"),
        (of(narrative="a\x07b"), "narrative"),
        (of(images=(Image(sha256="short"),)), "images[0].sha256"),
        (of(images=(Image(sha256=DIGEST), Image(sha256=DIGEST))), "images[0].sha256"),
        (
            of(images=(Image(sha256=DIGEST, marks=(Mark(number=1), Mark(number=1))),)),
            "images[0].marks[0].number",
        ),
        (of(images=(Image(sha256=DIGEST, marks=(Mark(number=1, x=3),)),)), "images[0].marks[0]"),
        (
            of(images=(Image(sha256=DIGEST, marks=(Mark(number=1, x=3, y=1_001),)),)),
            "images[0].marks[0].y",
        ),
        (of(diagnoses=(Diagnosis(certainty=Certainty.ABSENT),)), "diagnoses[0]"),
    ],
)
def test_what_may_not_be_kept_is_refused_by_its_field(chart: Chart, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(chart)
    assert refused.value.facts["field"] == field
    assert str(refused.value).startswith(field)


def test_a_narrative_may_have_several_lines() -> None:
    assert checked(of(narrative="one\n\ttwo")).narrative == "one\n\ttwo"


def test_a_chart_longer_than_a_row_is_refused() -> None:
    long = of(*[a_finding(text="長" * 1_000)] * (MOST_BYTES // 3_000 + 1))
    with pytest.raises(TooLarge):
        checked(long)


@pytest.mark.parametrize("value", ["0", "-3", "4.50", "0.000001", "999999999"])
def test_the_digits_of_a_value_stay(value: str) -> None:
    chart = of(measurements=(Measurement(value=value, unit="mm", text="Polyp"),))
    assert checked(chart).measurements[0].value == value


def test_a_certainty_has_to_be_said() -> None:
    with pytest.raises(msgspec.ValidationError, match="certainty"):
        msgspec.json.decode(b'{"kind": "other", "findings": [{"text": "Polyp"}]}', type=Chart)


def test_a_chart_without_anything_is_empty() -> None:
    assert Chart(kind=Kind.UPPER_GI).is_empty
    assert not of(a_finding()).is_empty
