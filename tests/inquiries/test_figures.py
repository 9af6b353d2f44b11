"""The box in figures: as many as there were, and times within 10 %."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.access.model import Role
from chalicelib.inquiries import rows
from chalicelib.inquiries.box import analysis, figures
from chalicelib.inquiries.box.figures import Line
from chalicelib.inquiries.model import InquiryKind
from chalicelib.kernel.errors import Invalid
from tests.inquiries.box_scene import NOW, answer, collect, file, route
from tests.inquiries.desk_scene import OPERATOR, a_department
from tests.support.visitor import signed_in

MONTH = "2026-11"
MINUTES = st.lists(st.integers(0, 200_000), min_size=1, max_size=30)


@given(minutes=MINUTES, percent=st.sampled_from([50, 90]))
def test_times_are_known_within_a_tenth(minutes: list[int], percent: int) -> None:
    exact = sorted(minutes)[-(-len(minutes) * percent // 100) - 1]
    told = figures.quantile(Counter(map(rows.step_of, minutes)), percent)
    assert told is not None
    assert exact <= told <= exact * 1.1


@pytest.mark.usefixtures("aws")
def test_an_inquiry_is_counted_by_month_kind_department_and_facility() -> None:
    desk = a_department("Support").department_id
    inquiry = route(collect(file("x", kind=InquiryKind.FAULT)), desk)
    answer(inquiry, "y", at=NOW + timedelta(hours=3))
    collect(file("x", kind=InquiryKind.FAULT))
    found = analysis.of(OPERATOR, MONTH)
    both = {"filed": 2, "answered": 1, "median": 180, "p90": 180}
    assert found.months[-1] == Line(name=MONTH, **both)
    assert found.kinds == [Line(name="fault", **both)]
    assert found.departments == [Line(name=desk, **both | {"filed": 1})]
    assert found.facilities == [Line(name="facility-1", filed=2)]
    assert analysis.of_facility(found, "facility-1") == Line(name="facility-1", **both)


@pytest.mark.usefixtures("aws")
def test_no_name_becomes_a_formula_in_the_csv() -> None:
    desk = a_department("=cmd()").department_id
    route(collect(file("x")), desk)
    written = analysis.csv_of(analysis.of(OPERATOR, MONTH), {desk: "=cmd()"})
    assert "department,'=cmd(),1," in written


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("month", ["2026-13", "november", "1999-01"])
def test_a_month_is_one(month: str) -> None:
    with pytest.raises(Invalid):
        analysis.of(OPERATOR, month)


@pytest.mark.usefixtures("aws")
def test_the_analysis_is_drawn_and_told_in_tables() -> None:
    collect(file("x", kind=InquiryKind.WISH))
    visitor = signed_in(Role.OPERATOR)
    visitor.language = "en"
    text = visitor.get(f"/portal/inquiry-box/analysis?month={MONTH}&facility=facility-1").text
    assert (text.count("<svg class"), text.count("<table>")) == (3, 3)
    csv = visitor.get(f"/portal/inquiry-box/analysis.csv?month={MONTH}")
    assert "kind,wish,1,,," in csv.text
