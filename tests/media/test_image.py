"""Images of discs, opened by pycdlib; Debian's tools open them in test_tools.py."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from pycdlib import PyCdlib

from chalicelib.media import image
from chalicelib.media.model import Damaged, Entry, made
from tests.media.scene import AT, Store, contents, some, written

SECTOR = 2048


def opened(body: bytes) -> Any:
    iso = PyCdlib()
    iso.open_fp(io.BytesIO(body))
    return iso


def extracted(iso: Any, **path: str) -> bytes:
    into = io.BytesIO()
    iso.get_file_from_iso_fp(into, **path)
    return into.getvalue()


def content(entry: Entry) -> bytes:
    with entry.open() as stream:
        return stream.read()


@pytest.mark.parametrize("namespace", ["joliet_path", "udf_path"])
def test_every_file_is_there_byte_for_byte(namespace: str) -> None:
    entries = contents(Store())
    iso = opened(written(entries))
    for each in entries:
        assert extracted(iso, **{namespace: f"/{each.place}"}) == content(each)


def test_plain_iso_9660_has_a_dicom_file_by_its_id() -> None:
    store = Store()
    iso = opened(written(contents(store)))
    found = extracted(iso, iso_path="/DICOM/E0000001/I0000001.;1")
    assert found == store.bodies["箱/1.dcm"]


def test_the_same_files_make_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = written(contents(Store()))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert written(list(reversed(contents(Store())))) == before
    finally:
        monkeypatch.undo()
        time.tzset()


def test_its_size_is_known_before_anything_is_read() -> None:
    entries = contents(Store())
    unread = [Entry(each.place, each.size, each.sha256, never) for each in entries]
    size = image.size_of(unread, label="HOKAN_0001", at=AT)
    assert size == len(written(entries))


def never() -> Any:
    raise AssertionError("this need not be read")


def test_a_disc_of_nothing_is_a_disc() -> None:
    assert opened(written([])).pvd.space_size * SECTOR == len(written([]))


def test_an_empty_file_is_a_file() -> None:
    assert extracted(opened(written([made("a.txt", b"")])), joliet_path="/a.txt") == b""


@pytest.mark.parametrize("start", [0, 1, 2048, 300_000, 600_000, -2049, -1])
def test_it_goes_on_where_it_stopped(start: int) -> None:
    whole = written(some(40))
    start %= len(whole)
    assert written(some(40), start) == whole[start:]


def test_files_that_were_written_before_are_not_read_again() -> None:
    last = made("album/pictures/last.webp", b"the last one")
    before = some(40)
    whole = written([*before, last])
    unread = [Entry(each.place, each.size, each.sha256, never) for each in before]
    start = whole.index(b"the last one") + 4
    assert written([*unread, last], start) == whole[start:]


OTHERS = {"changed": b"xbc", "short": b"ab", "long": b"abcd"}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_that_is_another_by_now_ends_it(kind: str) -> None:
    said = made("a.txt", b"abc")
    entry = Entry(said.place, said.size, said.sha256, lambda: io.BytesIO(OTHERS[kind]))
    with pytest.raises(Damaged, match=r"a\.txt"):
        written([entry])


def test_files_are_closed_once_they_are_written() -> None:
    streams: list[io.BytesIO] = []

    def begin() -> io.BytesIO:
        assert all(each.closed for each in streams), "one at a time"
        streams.append(io.BytesIO(b"abc"))
        return streams[-1]

    said = made("a", b"abc")
    written([Entry(name, 3, said.sha256, begin) for name in "abc"])
    assert [each.closed for each in streams] == [True] * 3


def test_a_folder_of_thousands_of_files_is_whole_in_udf() -> None:
    entries = [made(f"DICOM/E0000001/I{each:07}", b"%d" % each) for each in range(2000)]
    iso = opened(written(entries))
    listed = [each for each in iso.list_children(udf_path="/DICOM/E0000001") if each]
    names = {each.file_identifier().decode() for each in listed if each.is_file()}
    assert names == {each.place.rpartition("/")[2] for each in entries}
