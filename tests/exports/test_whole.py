"""Whatever a facility stores: its ZIP holds just that, and a death on the way is made good."""

from __future__ import annotations

import hashlib
import io
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.archive.model import RestoredFile, Selection
from chalicelib.exports import zipping
from chalicelib.exports.model import BUILD_LIFE, Export, State
from chalicelib.kernel import clock
from tests.exports.scene import asked, deliver, files_of, in_bucket, now
from tests.faults.crashes import calls_of, died, every_death
from tests.support.snapshot import Snapshot
from tests.support.world import World

MADE_AT = "2026-04-01T00:00:00.000000Z"
SEGMENTS = st.text("aA1 .%\\検査é\n", min_size=1, max_size=4).filter(
    lambda it: it not in {".", ".."}
)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)
TREES = st.dictionaries(PATHS, st.sampled_from([b"", b"one", b"twins", b"\0" * 70_000]), min_size=1)


def an_export() -> Export:
    wanted = Selection(target_id="target-1", scope="target", subject=None, as_of=MADE_AT)
    return Export(
        export_id="export-1",
        facility_id="facility-1",
        made_by="person-1",
        made_at=MADE_AT,
        selection=wanted,
        files=1,
        size_bytes=1,
    )


def a_file(path: str, body: bytes, modified_at: str = MADE_AT) -> RestoredFile:
    return RestoredFile(
        path=path,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        examination_id="exam-1",
        backed_up_at=MADE_AT,
        modified_at=modified_at,
    )


def zipped(tree: dict[str, bytes], modified_at: str = MADE_AT) -> bytes:
    files = {path: a_file(path, body, modified_at) for path, body in tree.items()}
    into = io.BytesIO()
    into.seekable = lambda: False  # type: ignore[method-assign]  # as a bucket's upload
    named = dict(zip(zipping.names(files.values()), files.values(), strict=True))
    tokyo = ZoneInfo("Asia/Tokyo")
    zipping.write(into, an_export(), named, lambda it: [tree[it.path]], tokyo, [])
    return into.getvalue()


def as_the_agent_wrote_it(path: str) -> str:
    """A name's literal percent sign is escaped in the catalogue (docs/api.md)."""
    return path.replace("%", "%25")


@given(TREES)
def test_any_tree_comes_back_byte_for_byte(tree: dict[str, bytes]) -> None:
    wire = {as_the_agent_wrote_it(path): body for path, body in tree.items()}
    assert files_of(zipped(wire)) == tree


@given(TREES)
def test_no_name_leaves_the_folder_or_comes_twice(tree: dict[str, bytes]) -> None:
    given_names = [*tree, *(f"%2E%2E/{path}" for path in tree), *(path + "%41" for path in tree)]
    listed = [a_file(path, b"one") for path in dict.fromkeys(given_names)]
    found = list(zipping.names(listed))
    assert len(set(found)) == len(listed)
    assert not [each for each in found if ".." in each.split("/")]


def test_an_odd_time_of_change_harms_nobody() -> None:
    for odd in ("", "nonsense", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert files_of(zipped({"a": b"one"}, odd)) == {"a": b"one"}


def test_ordinary_tools_unpack_and_check_it(tmp_path: Path) -> None:
    tree = {"E-1/a b.jpg": b"one", "検査/画像.jpg": b"two", "empty": b"", "back\\slash": b"x"}
    (tmp_path / "restore.zip").write_bytes(zipped(tree))
    unpack = ["python3", "-m", "zipfile", "-e", "restore.zip", "out"]
    subprocess.run(unpack, cwd=tmp_path, check=True)
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(check, cwd=tmp_path / "out", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_builder_may_die_at_any_call_and_the_next_one_makes_it_whole(world: World) -> None:
    tree = {"E-1/a": b"one", "E-1/A": b"ONE", "検査/画像.jpg": b"one", "empty": b""}
    world.back_up(tree)
    export = asked(world)
    ready = Snapshot()
    deaths = every_death(calls_of(lambda: deliver(world, export)))
    for death in deaths:
        ready.restore()
        clock.move(0)
        assert died(lambda: deliver(world, export), death), death
        clock.move(int(BUILD_LIFE.total_seconds()) + 1)
        assert deliver(world, export), death
        assert now(export).state is State.READY, death
        assert files_of(in_bucket(export)) == tree, death
    assert len(deaths) > 5
