"""The zip is imported, not compiled, when a function starts."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from infra.bytecode import add_bytecode


def a_package(folder: Path) -> Path:
    package = folder / "deployment.zip"
    with zipfile.ZipFile(package, "w") as plain:
        plain.writestr("app.py", "import library\nprint(library.__cached__, library.WORD)\n")
        plain.writestr("library.py", "WORD = 'kept'\n")
        plain.writestr("other_python.py", "this is no Python of ours\n")
        plain.writestr("__pycache__/library.cpython-311.pyc", b"of another time")
    add_bytecode(package)
    return package


def test_every_module_has_its_bytecode(tmp_path: Path) -> None:
    with zipfile.ZipFile(a_package(tmp_path)) as packed:
        names = {name.rpartition("/")[2].partition(".")[0] for name in packed.namelist()}
        compiled = [name for name in packed.namelist() if name.endswith(".pyc")]
    assert names == {"app", "library", "other_python"}
    assert len(compiled) == 2


def test_what_is_unpacked_runs_from_bytecode_whatever_its_times(tmp_path: Path) -> None:
    task = tmp_path / "task"
    with zipfile.ZipFile(a_package(tmp_path)) as packed:
        packed.extractall(task)
    (task / "library.py").write_text("WORD = 'compiled again'\n")
    run = [sys.executable, "-E", "app.py"]  # whatever is set for the tests
    said = subprocess.run(run, cwd=task, capture_output=True, text=True, check=True).stdout
    assert said.split()[1] == "kept"


def test_the_same_sources_make_the_same_zip(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (a_package(tmp_path / name).read_bytes() for name in ("one", "two"))
    assert one == two
