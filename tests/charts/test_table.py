"""Findings as CSV: taken whole or not at all, every wrong row named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chalicelib.charts import store, table
from chalicelib.charts.model import Certainty, Code, Finding, Kind, Quantity, Side, Site
from chalicelib.kernel.errors import Invalid
from tests.charts.scene import DIGEST, examined, saved
from tests.support.canary import CANARY_ID, found_in
from tests.support.world import World

HEAD = (
    "patient_id,date,exam,kind,organ,site,side,finding_code,code_system,text,size_mm,certainty,"
    "action,image_key"
)


def file_of(*rows: str) -> str:
    return "\n".join((HEAD, *rows))


def a_row(exam: str = "E-1", certainty: str = "present", **changes: str) -> str:
    usual = {
        "patient_id": CANARY_ID,
        "date": "2026-04-01",
        "exam": exam,
        "kind": "upper-gi-endoscopy",
        "text": "Ulcer",
        "certainty": certainty,
    }
    cells = usual | changes
    return ",".join(cells.get(each, "") for each in HEAD.split(","))


def send(world: World, text: str) -> Any:
    return world.doctor.call("POST", f"/targets/{world.target_id}/charts/csv", {"csv": text})


def refused(world: World, text: str) -> list[str]:
    """Return the rows that an answer names."""
    answer = send(world, text)
    assert answer.status_code == 422, answer.body
    return list(msgspec.json.decode(answer.body)["rows"])


# --- what a file says --------------------------------------------------------------------------


def test_a_row_is_a_finding() -> None:
    where = {"organ": "胃", "site": "前庭部", "side": "left"}
    what = {"finding_code": "S-12", "size_mm": "4.50", "action": "Biopsy", "image_key": DIGEST}
    row = a_row(**where, **what)
    (listed,) = table.read(file_of(row))
    site = Site(organ="胃", place="前庭部", side=Side.LEFT)
    assert listed.chart.kind is Kind.UPPER_GI
    assert listed.chart.findings == (
        Finding(
            certainty=Certainty.PRESENT,
            text="Ulcer",
            code=Code(system=table.OWN_SYSTEM, code="S-12"),
            site=site,
            size=Quantity(value="4.50", unit="mm"),
            mark=1,
        ),
    )
    assert [(each.text, each.site) for each in listed.chart.procedures] == [("Biopsy", site)]
    assert [each.sha256 for each in listed.chart.images] == [DIGEST]


def test_rows_of_one_examination_are_one_chart_in_their_order() -> None:
    first, second = table.read(file_of(a_row("E-1"), a_row("E-2"), a_row("E-1", "absent")))
    assert (first.exam, first.rows) == ("E-1", [2, 4])
    assert [each.certainty for each in first.findings] == [Certainty.PRESENT, Certainty.ABSENT]
    assert second.exam == "E-2"


@pytest.mark.parametrize("head", ["", "patient_id,exam", "patient_id,exam,certainty,colour"])
def test_a_file_with_other_columns_is_refused(head: str) -> None:
    with pytest.raises(Invalid) as wrong:
        table.read(f"{head}\n1,2,3")
    assert wrong.value.code == "wrong-header"


def test_a_file_without_a_row_is_refused() -> None:
    with pytest.raises(Invalid, match="no row"):
        table.read(file_of())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (a_row(certainty="maybe"), "row 2: certainty: must be one of present, absent"),
        (a_row(certainty=""), "row 2: certainty: is empty"),
        (a_row(side="port"), "row 2: side: must be one of"),
        (a_row(text=""), "row 2: text: a finding needs a text or a finding_code"),
        (a_row() + ",more", "row 2: all: has another number of columns"),
        ("P-1,E-1", "row 2: all: has another number of columns"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(row: str, said: str) -> None:
    with pytest.raises(table.WrongRows) as wrong:
        table.read(file_of(row))
    assert str(wrong.value.rows[0]).startswith(said)


def test_rows_of_one_examination_agree_about_its_patient() -> None:
    with pytest.raises(table.WrongRows) as wrong:
        table.read(file_of(a_row(), a_row(patient_id="P-2")))
    assert [(each.number, each.column) for each in wrong.value.rows] == [(3, "patient_id")]


# --- what becomes of it ------------------------------------------------------------------------


def test_a_file_becomes_drafts(world: World) -> None:
    first, second = examined(world, "E-1"), examined(world, "E-2")
    answer = send(world, file_of(a_row("E-1"), a_row("E-2", "absent")))
    assert answer.status_code == 200, answer.body
    charts = msgspec.json.decode(answer.body)["charts"]
    assert {each["examination_id"] for each in charts} == {first, second}
    assert {each["state"] for each in charts} == {"draft"}


def test_the_same_file_again_changes_nothing(world: World) -> None:
    examination = examined(world, "E-1")
    for _ in range(2):
        assert send(world, file_of(a_row())).status_code == 200
    assert store.record(world.target_id, examination).revision == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (a_row("E-9"), "row 3: exam: the archive has no such examination"),
        (a_row("E-2", patient_id="P-9"), "row 3: patient_id: the examination is of another"),
        (a_row("E-2", date="2026-04-02"), "row 3: date: the examination was on another day"),
        (a_row("E-2", size_mm="4,5"), "row 3: "),
        (a_row("E-2", size_mm="big"), "row 3: chart: findings[0].size.value"),
        (a_row("E-2", image_key="0" * 64), "row 3: chart: images[0].sha256"),
    ],
)
def test_one_wrong_row_and_nothing_is_taken(world: World, row: str, said: str) -> None:
    examination = examined(world, "E-1")
    examined(world, "E-2")
    named = refused(world, file_of(a_row("E-1"), row))
    assert len(named) == 1
    assert named[0].startswith(said)
    assert found_in(" ".join(named)) == []
    assert store.record(world.target_id, examination).draft is None


def test_a_chart_that_somebody_wrote_is_not_overwritten(world: World) -> None:
    examination = examined(world, "E-1")
    saved(world, examination)
    assert refused(world, file_of(a_row()))[0].startswith("row 2: exam: the examination has a")


def test_a_file_of_too_many_examinations_is_refused(world: World) -> None:
    rows = [a_row(f"E-{number}") for number in range(51)]
    assert send(world, file_of(*rows)).status_code == 413
