"""One module lets a facility's caller see another's records, and nothing else does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import chalicelib.network

SOURCES = sorted(Path(chalicelib.network.__file__).parent.glob("*.py"))
TELLING = "patient_charts/slips/looked.py"  # tells a patient who looked
CROSSING = {"reading"}  # decides, puts both sides on record, and only then returns


def calls(source: Path) -> Iterator[tuple[str, str]]:
    """Yield each call of local_patients in *source*: its name, and whose patients it asks for."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("local_patients."):
            yield ast.unparse(node.func), ast.unparse(node.args[0])


def test_every_other_module_asks_for_its_callers_own_patients() -> None:
    asked = {
        (source.stem, whose)
        for source in SOURCES
        if source.stem not in CROSSING
        for _, whose in calls(source)
    }
    assert {whose for _, whose in asked} == {"caller.facility_id"}


def test_the_one_that_crosses_asks_by_a_link_it_has_decided_on() -> None:
    (source,) = (each for each in SOURCES if each.stem in CROSSING)
    assert {whose for _, whose in calls(source)} == {"link.facility_id"}


def test_who_tells_a_patient_of_looks_sees_looks_and_no_record() -> None:
    source = (Path(chalicelib.network.__file__).parents[1] / TELLING).read_text()
    found = {
        f"{node.module}.{each.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("chalicelib.network")
        for each in node.names
    }
    modules = {"link_store", "looking", "model.Look"}
    assert found == {f"chalicelib.network.{each}" for each in modules}


def test_no_other_module_outside_the_network_uses_it() -> None:
    root = Path(chalicelib.network.__file__).parents[1]
    users = [
        str(each.relative_to(root))
        for each in root.rglob("*.py")
        if each.parent != SOURCES[0].parent and "chalicelib.network" in each.read_text()
    ]
    assert users == [TELLING]
