"""What storage gives back is written as it came, goes on where it stopped, and is proven whole."""

from __future__ import annotations

import errno
import hashlib
import http.server
import itertools
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hokan_agent.download.fetching import KEPT_BYTES, Damaged, Fetcher, part_of
from hokan_agent.errors import Refused
from hokan_agent.wire import web as wire
from hokan_agent.wire.web import Web
from tests.support.loopback import Loopback, loopback

BODY = b"no gzip, whatever its sender said"
LARGE = os.urandom(2**20) * 20  # 20 MiB


def file_of(body: bytes) -> dict[str, Any]:
    return {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "FIRST_PAUSE_SECONDS", 0.0)


@pytest.fixture
def service() -> Iterator[Loopback]:
    with loopback() as serving:
        serving.granted = {"body": BODY, "large": LARGE}
        yield serving


@pytest.fixture
def web() -> Iterator[Web]:
    with closing(Web()) as opened:
        yield opened


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "E-1" / "a"


def fetch(
    web: Web, service: Loopback, place: Path, body: bytes, *, overwrites: bool = False
) -> None:
    url = service.address(file_of(body)["sha256"])["url"]
    Fetcher(web, overwrites=overwrites).fetch(
        os.fsencode(place), file_of(body), itertools.repeat(url)
    )


def part(place: Path) -> Path:
    return Path(os.fsdecode(part_of(os.fsencode(place))))


def put(place: Path, body: bytes) -> None:
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(body)


def beside(place: Path) -> list[str]:
    """Return what is in a file's folder."""
    return [each.name for each in place.parent.iterdir()]


# --- bytes -------------------------------------------------------------------------------------


class Zipped(http.server.BaseHTTPRequestHandler):
    """Gives BODY, with a header that an upload brought along."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: Any) -> None:
        pass


def test_bytes_are_not_decoded_by_a_header_that_somebody_brought_along(
    web: Web, place: Path
) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Zipped) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/object"
        Fetcher(web).fetch(os.fsencode(place), file_of(BODY), iter([url]))
        thread.join()
    assert place.read_bytes() == BODY


@pytest.mark.parametrize("body", [BODY, LARGE], ids=len)
def test_other_bytes_than_those_asked_for_are_damaged_and_not_kept(
    web: Web, service: Loopback, place: Path, body: bytes
) -> None:
    url = service.address(file_of(body)["sha256"])["url"]
    wrong = file_of(body) | {"sha256": file_of(b"others")["sha256"]}
    with pytest.raises(Damaged):
        Fetcher(web).fetch(os.fsencode(place), wrong, itertools.repeat(url))
    assert beside(place) == []


def test_more_bytes_than_were_stored_are_damaged(web: Web, service: Loopback, place: Path) -> None:
    url = service.address(file_of(LARGE)["sha256"])["url"]
    with pytest.raises(Damaged, match="more arrived"):
        Fetcher(web).fetch(
            os.fsencode(place), file_of(LARGE) | {"size": 9 * 2**20}, itertools.repeat(url)
        )


def test_an_empty_file_needs_no_download(web: Web, service: Loopback, place: Path) -> None:
    Fetcher(web).fetch(os.fsencode(place), file_of(b""), iter([service.url]))
    assert (place.read_bytes(), service.gets) == (b"", [])


@pytest.mark.parametrize("body", [BODY, LARGE], ids=len)
def test_a_disk_that_is_full_keeps_nothing_half(
    web: Web, service: Loopback, place: Path, body: bytes
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(body) - 10, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            fetch(web, service, place, body)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert beside(place) == []


# --- going on ----------------------------------------------------------------------------------


def test_a_large_file_goes_on_where_the_line_broke(
    web: Web, service: Loopback, place: Path
) -> None:
    service.breaks_after = [10 * 2**20]
    fetch(web, service, place, LARGE)
    begun, (first, second) = place.read_bytes() == LARGE, service.gets
    assert (begun, first, second.startswith("bytes=")) == (True, "", True)
    assert int(second.removeprefix("bytes=").removesuffix("-")) > 9 * 2**20


def test_a_line_that_breaks_again_and_again_still_moves(
    web: Web, service: Loopback, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hokan_agent.download.fetching.TRIES", 1)
    service.breaks_after = [9 * 2**20, 9 * 2**20]
    fetch(web, service, place, LARGE)
    assert (place.read_bytes() == LARGE, len(service.gets)) == (True, 3)


def test_a_large_file_goes_on_at_the_next_run(web: Web, service: Loopback, place: Path) -> None:
    put(part(place), LARGE[: 15 * 2**20])
    fetch(web, service, place, LARGE)
    assert (place.read_bytes() == LARGE, service.gets) == (True, [f"bytes={15 * 2**20}-"])
    assert beside(place) == ["a"]


def test_a_part_that_was_whole_is_not_fetched_again(
    web: Web, service: Loopback, place: Path
) -> None:
    put(part(place), LARGE)
    fetch(web, service, place, LARGE)
    assert (place.read_bytes() == LARGE, service.gets) == (True, [])


@pytest.mark.parametrize(
    "left", [b"x" * (9 * 2**20), b"x" * len(LARGE), b"x" * (len(LARGE) + 1)], ids=len
)
def test_a_part_of_something_else_is_fetched_anew(
    web: Web, service: Loopback, place: Path, left: bytes
) -> None:
    put(part(place), left)
    fetch(web, service, place, LARGE)
    assert (place.read_bytes() == LARGE, service.gets[-1]) == (True, "")


def test_a_storage_without_ranges_gives_the_whole(web: Web, service: Loopback, place: Path) -> None:
    service.has_ranges = False
    put(part(place), LARGE[:100])
    fetch(web, service, place, LARGE)
    assert place.read_bytes() == LARGE


def test_what_a_small_file_left_is_fetched_anew(web: Web, service: Loopback, place: Path) -> None:
    assert len(BODY) < KEPT_BYTES
    put(part(place), BODY[:5])
    fetch(web, service, place, BODY)
    assert (place.read_bytes(), service.gets) == (BODY, [""])


def test_a_small_file_that_was_cut_off_leaves_nothing_about(
    web: Web, service: Loopback, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hokan_agent.download.fetching.TRIES", 1)
    service.breaks_after = [5]
    with pytest.raises(Exception, match="line broke"):
        fetch(web, service, place, BODY)
    assert beside(place) == []


def test_what_storage_has_not_is_said(web: Web, service: Loopback, place: Path) -> None:
    with pytest.raises(Refused, match="did not give"):
        fetch(web, service, place, b"nobody stored this")
    assert beside(place) == []


# --- names -------------------------------------------------------------------------------------


def test_a_file_that_came_meanwhile_is_not_written_over(
    web: Web, service: Loopback, place: Path
) -> None:
    put(place, b"mine")
    with pytest.raises(FileExistsError):
        fetch(web, service, place, BODY)
    assert (place.read_bytes(), beside(place)) == (b"mine", ["a"])


def test_a_file_is_replaced_where_that_is_wanted(web: Web, service: Loopback, place: Path) -> None:
    put(place, b"mine")
    fetch(web, service, place, BODY, overwrites=True)
    assert (place.read_bytes(), beside(place)) == (BODY, ["a"])


def test_a_file_is_replaced_by_a_verified_one_only(
    web: Web, service: Loopback, place: Path
) -> None:
    put(place, b"mine")
    url = service.address(file_of(BODY)["sha256"])["url"]
    wrong = file_of(BODY) | {"sha256": file_of(b"others")["sha256"]}
    with pytest.raises(Damaged):
        Fetcher(web, overwrites=True).fetch(os.fsencode(place), wrong, itertools.repeat(url))
    assert place.read_bytes() == b"mine"


def test_a_link_is_replaced_and_what_it_leads_to_stays(
    web: Web, service: Loopback, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").write_bytes(b"mine")
    place.parent.mkdir()
    place.symlink_to(tmp_path / "elsewhere")
    fetch(web, service, place, BODY, overwrites=True)
    assert (place.read_bytes(), (tmp_path / "elsewhere").read_bytes()) == (BODY, b"mine")


def test_a_link_in_a_parts_place_is_not_written_to(
    web: Web, service: Loopback, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").write_bytes(b"mine")
    place.parent.mkdir()
    part(place).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        fetch(web, service, place, BODY)
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"


@pytest.mark.parametrize("is_there", [False, True])
def test_a_disk_without_hard_links_does(
    web: Web, service: Loopback, place: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    def link(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    if is_there:
        put(place, b"mine")
        with pytest.raises(FileExistsError):
            fetch(web, service, place, BODY)
    else:
        fetch(web, service, place, BODY)
    assert (place.read_bytes(), beside(place)) == (b"mine" if is_there else BODY, ["a"])
