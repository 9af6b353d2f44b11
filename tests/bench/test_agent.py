"""The bench of the agent beside restic: its trees, its counts, its ratios."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import urllib3

from bench.agent import __main__ as command
from bench.agent import table, trees
from bench.agent.counting import counted
from bench.agent.rounds import STEPS, Pair
from bench.agent.servers import Storage
from bench.agent.taken import Taken, taken

SCALE = 0.004  # 20 files


def contents(root: Path) -> dict[str, bytes]:
    return {str(each.relative_to(root)): each.read_bytes() for each in trees.files_of(root)}


def test_every_run_has_the_same_files(tmp_path: Path) -> None:
    one, other = (trees.small(tmp_path / name, SCALE) for name in ("a", "b"))
    assert contents(one) == contents(other)
    assert len(contents(one)) == 20


def test_one_file_in_a_hundred_changes_and_keeps_its_length(tmp_path: Path) -> None:
    root = trees.small(tmp_path / "a", SCALE)
    before = contents(root)
    trees.change(root, seed=1)
    changed = [name for name, content in contents(root).items() if before[name] != content]
    assert len(changed) == 1
    assert len(before[changed[0]]) == len(contents(root)[changed[0]])


def test_a_restore_that_differs_is_no_result(tmp_path: Path) -> None:
    one, other = (trees.small(tmp_path / name, SCALE) for name in ("a", "b"))
    trees.require_same(one, other)
    trees.change(other, seed=1)
    with pytest.raises(RuntimeError, match="differs"):
        trees.require_same(one, other)


def test_a_command_that_fails_is_no_result() -> None:
    with pytest.raises(RuntimeError, match="no such"):
        taken(["sh", "-c", "echo no such thing; exit 3"], {})


def test_what_a_command_takes_is_its_own(tmp_path: Path) -> None:
    """Memory above all: what this process has is not counted."""
    ballast = bytes(10**6) * 200
    script = tmp_path / "spin.py"
    script.write_text("import time\nwhile time.process_time() < 0.3: pass\n")
    took = taken(["python3", "-I", "-S", str(script)], {})
    assert len(ballast) / 10**6 > took.peak
    assert 0.3 <= took.cpu <= 0.6


class Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def storage() -> Iterator[Storage]:
    with HTTPServer(("127.0.0.1", 0), Bucket) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield Storage(f"http://127.0.0.1:{server.server_port}", "key", "secret")
        server.shutdown()
        thread.join()


def test_requests_and_bytes_are_counted_on_their_way(storage: Storage) -> None:
    with counted(storage) as (proxied, count), urllib3.PoolManager(maxsize=1) as pool:
        for size in (0, 10**6):
            pool.request("PUT", f"{proxied.endpoint}/object", body=bytes(size))
        so_far = count.taken()
        assert (dict(so_far.requests), so_far.connections) == ({"PUT": 2}, 1)
        assert 10**6 < so_far.bytes_up < 10**6 + 1_000
        assert count.taken().requests.total() == 0


def test_a_ratio_is_the_median_of_the_rounds_own() -> None:
    """A slow minute slows both; medians of each would compare minutes."""
    rounds = [
        dict.fromkeys(STEPS, Pair(Taken(restic, 1.0, 1.0, 1.0), Taken(ours, 1.0, 1.0, 1.0)))
        for restic, ours in ((10.0, 5.0), (100.0, 50.0), (20.0, 4.0))
    ]
    assert next(iter(table.ratios(rounds))).measured == 0.5


def test_a_restore_is_compared_until_it_is_on_the_disk_too() -> None:
    pair = Pair(restic=Taken(4.0, 5.0, 1.0, 1.0), ours=Taken(8.0, 8.0, 1.0, 1.0))
    (on_disk,) = (
        each for each in table.ratios([dict.fromkeys(STEPS, pair)]) if "disk" in each.what
    )
    assert on_disk.measured == 1.6


def test_without_restic_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.argv", ["bench.agent"])
    assert command.main() == 2
    assert "apt install restic" in capsys.readouterr().err
