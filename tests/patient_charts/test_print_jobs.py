"""Print jobs: queued, printed, posted, and never what a doctor took back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.patient_charts.model import Basis, PatientChart, Release, Withdrawal
from chalicelib.patient_charts.prints.addresses import address, postal
from chalicelib.patient_charts.prints.model import (
    OVER,
    Bar,
    PrintJob,
    Stage,
    barred,
    gone_at,
    moved,
    queued,
)
from tests.patient_charts.paper import ADDRESS
from tests.support.patient_charts import a_release

AT = "2027-04-02T00:00:00.000000Z"
NOW, AMENDED = Basis(1, "patient-1"), Basis(2, "patient-1")
WITHDRAWAL = Withdrawal(withdrawn_by="person-1", withdrawn_at=AT, reason="wrong side")


def a_job(release: Release | None = None) -> PrintJob:
    return queued("print-1", release or a_release(), ADDRESS, "person-2", AT)


def chart_of(current: Release | None, withdrawal: Withdrawal | None = None) -> PatientChart:
    return PatientChart(
        target_id="target-1",
        examination_id="examination-1",
        language="en",
        current=current,
        withdrawal=withdrawal,
    )


# --- stages --------------------------------------------------------------------------------------


def test_a_job_goes_from_the_queue_to_the_printer_to_the_post() -> None:
    job = moved(moved(a_job(), Stage.PRINTED, "person-3", AT), Stage.POSTED, "person-4", AT)
    assert [(each.stage, each.by) for each in job.steps] == [
        (Stage.QUEUED, "person-2"),
        (Stage.PRINTED, "person-3"),
        (Stage.POSTED, "person-4"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], Stage.POSTED),
        ([Stage.PRINTED], Stage.QUEUED),
        ([Stage.PRINTED, Stage.POSTED], Stage.PRINTED),
        ([Stage.PRINTED, Stage.POSTED], Stage.CANCELLED),
        ([Stage.CANCELLED], Stage.PRINTED),
    ],
)
def test_no_job_goes_another_way(before: list[Stage], after: Stage) -> None:
    job = a_job()
    for stage in before:
        job = moved(job, stage, "person-3", AT)
    with pytest.raises(Conflict, match="is not"):
        moved(job, after, "person-3", AT)


@given(wanted=st.lists(st.sampled_from(Stage), max_size=6))
def test_a_job_is_never_over_twice(wanted: list[Stage]) -> None:
    job = a_job()
    for stage in wanted:
        try:
            job = moved(job, stage, "person-3", AT)
        except Conflict:
            continue
    assert sum(each.stage in OVER for each in job.steps) <= 1
    assert all(each.stage not in OVER for each in job.steps[:-1])


def test_a_job_that_is_open_never_goes_by_itself() -> None:
    assert gone_at(a_job()) is None
    assert gone_at(moved(a_job(), Stage.PRINTED, "person-3", AT)) is None


def test_a_posted_job_goes_after_30_days() -> None:
    job = moved(moved(a_job(), Stage.PRINTED, "person-3", AT), Stage.POSTED, "person-4", AT)
    assert gone_at(job) == clock.parse(AT) + timedelta(days=30)


# --- what may be printed -------------------------------------------------------------------------


def test_the_release_that_holds_may_be_printed() -> None:
    assert barred(a_job(), chart_of(a_release()), NOW) is None


def test_what_was_taken_back_is_not_printed() -> None:
    assert barred(a_job(), chart_of(a_release(), WITHDRAWAL), NOW) is Bar.WITHDRAWN


def test_what_is_not_there_any_more_is_not_printed() -> None:
    assert barred(a_job(), chart_of(None), NOW) is Bar.WITHDRAWN


def test_a_release_of_an_amended_chart_is_not_printed() -> None:
    assert barred(a_job(), chart_of(a_release()), AMENDED) is Bar.OUTDATED


def test_an_older_version_is_not_printed() -> None:
    assert barred(a_job(), chart_of(a_release(number=2)), NOW) is Bar.REPLACED


@pytest.mark.parametrize("other", [{"target_id": "target-2"}, {"language": "ja"}])
def test_a_job_prints_its_own_release_only(other: dict[str, str]) -> None:
    assert barred(a_job(replace(a_release(), **other)), chart_of(a_release()), NOW) is Bar.REPLACED


# --- addresses -----------------------------------------------------------------------------------


def test_an_address_is_read_as_it_was_meant() -> None:
    assert (ADDRESS.name, ADDRESS.postal_code) == ("見本 花子", "100-0001")
    assert ADDRESS.lines == ("東京都千代田区千代田1-1", "見本ビル 101")


@pytest.mark.parametrize("typed", ["〒12345678", "〒12-34567", "<b>", "A" * 13])
def test_what_is_no_postal_code_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="postal code") as refused:
        postal(typed)
    assert refused.value.code == "wrong-postal-code"


@pytest.mark.parametrize(
    ("name", "lines", "code"),
    [
        ("", "Chiyoda", "no-recipient"),
        ("様", "Chiyoda", "no-recipient"),
        ("x" * 61, "Chiyoda", "no-recipient"),
        ("Hanako", " \n", "wrong-address"),
        ("Hanako", "1\n2\n3\n4\n5", "wrong-address"),
        ("Hanako", "x" * 61, "wrong-address"),
    ],
)
def test_an_address_that_fits_on_no_label_is_refused(name: str, lines: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        address(name, "", lines)
    assert refused.value.code == code
