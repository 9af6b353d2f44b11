from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hokan_agent.sources.paths import to_wire
from hokan_agent.sources.scan import scan
from hokan_agent.sources.sidecars import Sidecars
from tests.support.canary import CANARY

EXAM = {"id": "E-1", "patient": CANARY, "examined_at": "2026-04-01T09:30:00", "kind": "EGD"}
HEAD = "path,examination_id,patient_id,patient_name,birth_date,sex,examined_at,kind,description"


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    path.write_bytes(content)


def sidecars(folder: Path) -> Sidecars:
    return Sidecars(scan(folder))


def test_a_sidecar_describes_its_folder(tmp_path: Path) -> None:
    write(tmp_path / "E-1" / "exam.json", EXAM)
    assert sidecars(tmp_path).examination_of("E-1/IMG0001.JPG") == EXAM


def test_a_sidecar_describes_the_folders_below(tmp_path: Path) -> None:
    write(tmp_path / "E-1" / "exam.json", EXAM)
    assert sidecars(tmp_path).examination_of("E-1/day 2/IMG0001.JPG") == EXAM


def test_the_nearest_sidecar_counts(tmp_path: Path) -> None:
    write(tmp_path / "exam.json", EXAM)
    write(tmp_path / "E-2" / "exam.json", EXAM | {"id": "E-2"})
    found = sidecars(tmp_path).examination_of("E-2/a")
    assert found is not None
    assert found["id"] == "E-2"


def test_a_file_beside_no_sidecar_has_no_examination(tmp_path: Path) -> None:
    write(tmp_path / "E-1" / "exam.json", EXAM)
    assert sidecars(tmp_path).examination_of("other/a") is None


def test_an_index_describes_folders_and_files(tmp_path: Path) -> None:
    rows = [HEAD, "E-1,E-1,P-1,A^B,1950-01-01,F,2026-04-01,EGD,x", "b.jpg,E-2,P-2,,,,,,"]
    write(tmp_path / "index.csv", "\n".join(rows))
    found = sidecars(tmp_path)
    assert found.examination_of("E-1/IMG1.JPG") == {
        "id": "E-1",
        "patient": {"id": "P-1", "name": "A^B", "birth_date": "1950-01-01", "sex": "F"},
        "examined_at": "2026-04-01",
        "kind": "EGD",
        "description": "x",
    }
    assert found.examination_of("b.jpg") == {"id": "E-2", "patient": {"id": "P-2"}}


def test_an_index_goes_from_its_own_folder(tmp_path: Path) -> None:
    write(tmp_path / "2026" / "index.csv", f"{HEAD}\nE-1,E-1,,,,,,,")
    assert sidecars(tmp_path).examination_of("2026/E-1/a") == {"id": "E-1"}


def test_a_folders_own_sidecar_outranks_an_index(tmp_path: Path) -> None:
    write(tmp_path / "index.csv", f"{HEAD}\nE-1,FROM-INDEX,,,,,,,")
    write(tmp_path / "E-1" / "exam.json", EXAM)
    found = sidecars(tmp_path).examination_of("E-1/a")
    assert found is not None
    assert found["id"] == "E-1"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path / "exam.json", b"\xef\xbb\xbf" + json.dumps(EXAM).encode())
    assert sidecars(tmp_path).examination_of("a") == EXAM


def test_an_index_as_excel_writes_it_in_japan_is_read(tmp_path: Path) -> None:
    rows = f"{HEAD}\r\n検査1,E-1,P-1,山田　太郎,1950-01-01,M,,内視鏡,\r\n"
    write(tmp_path / "index.csv", rows.encode("cp932"))
    assert sidecars(tmp_path).examination_of("検査1/a") == {
        "id": "E-1",
        "patient": {"id": "P-1", "name": "山田　太郎", "birth_date": "1950-01-01", "sex": "M"},
        "kind": "内視鏡",
    }


def test_an_index_in_shift_jis_also_means_folders_named_in_it(tmp_path: Path) -> None:
    write(tmp_path / "index.csv", f"{HEAD}\n検査1,E-1,,,,,,,".encode("cp932"))
    place = "検査1/a".encode("cp932")
    assert sidecars(tmp_path).examination_of(to_wire(place)) == {"id": "E-1"}


def test_an_index_in_utf_8_is_not_taken_for_shift_jis(tmp_path: Path) -> None:
    write(tmp_path / "index.csv", f"{HEAD}\nE-1,E-1,P-1,がんま,,,,,".encode())
    found = sidecars(tmp_path).examination_of("E-1/a")
    assert found is not None
    assert found["patient"]["name"] == "がんま"


def test_a_number_for_an_id_is_an_id(tmp_path: Path) -> None:
    write(tmp_path / "exam.json", {"id": 7, "patient": {"id": 12}})
    assert sidecars(tmp_path).examination_of("a") == {"id": "7", "patient": {"id": "12"}}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("exam.json", "{", "not JSON"),
        ("exam.json", "[]", "no JSON object"),
        ("exam.json", {"patient": {"id": "P"}}, "no examination id"),
        ("exam.json", {"id": "E", "patient": "P"}, '"patient"'),
        ("exam.json", b"\xff\xfe", "not in UTF-8"),
        ("exam.json", '{"id": "検査"}'.encode("cp932"), "not in UTF-8"),
        ("index.csv", b"\x81", "not in UTF-8 or Shift_JIS"),
        ("exam.json", "[" * 100_000, "nested too deeply"),
        ("index.csv", "file,patient\na,b", "lacks examination_id, path"),
        ("index.csv", f"{HEAD}\na,E-1,,,,,,,\nb,,,,,,,,", "line 3"),
        ("index.csv", "", "lacks"),
    ],
)
def test_a_sidecar_nobody_can_read_is_listed_with_the_reason(
    tmp_path: Path, name: str, content: Any, told: str
) -> None:
    write(tmp_path / name, content)
    (exception,) = sidecars(tmp_path).exceptions
    assert (exception.path, exception.code) == (name, "bad-sidecar")
    assert told in exception.reason
