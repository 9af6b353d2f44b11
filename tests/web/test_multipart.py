"""Forms with files: what a browser sends comes out byte for byte, and nothing else gets through."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import HokanError, Invalid
from chalicelib.web import multipart
from chalicelib.web.multipart import Part, parts
from tests.support.visitor import written_form

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_-", min_size=1, max_size=10)
FIELDS = st.dictionaries(NAMES, st.text(max_size=60), min_size=1, max_size=5)
FILES = st.dictionaries(NAMES, st.binary(max_size=300), max_size=3)


@given(FIELDS, FILES)
def test_what_a_browser_sends_comes_out_as_it_was(
    fields: dict[str, str], files: dict[str, bytes]
) -> None:
    expected = [Part(name, text.encode(), is_file=False) for name, text in fields.items()]
    expected += [Part(name, body, is_file=True, file_name="a.csv") for name, body in files.items()]
    assert parts(*written_form(fields, files)) == expected


@pytest.mark.parametrize(
    "body", [b"", b"\r\n", b"\n", b"a\r\n\r\n", b"--", b"a,b\r\n1,\x8e\xa9\r\n", b"\xef\xbb\xbfa\n"]
)
def test_the_ends_of_a_file_are_kept(body: bytes) -> None:
    assert parts(*written_form({}, {"file": body})) == [
        Part("file", body, is_file=True, file_name="a.csv")
    ]


@given(st.text(max_size=80), st.binary(max_size=400))
def test_anything_else_is_refused_or_read_and_never_breaks(kind: str, raw: bytes) -> None:
    for content_type in (kind, f"{multipart.TYPE}; boundary={kind}", f"{multipart.TYPE}; {kind}"):
        try:
            found = parts(content_type, raw)
        except HokanError:
            continue
        assert all(isinstance(each, Part) for each in found)


@given(st.data())
def test_a_form_with_a_changed_byte_never_breaks(data: st.DataObject) -> None:
    content_type, raw = written_form({"a": "1"}, {"file": b"x,y\r\n"})
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:place] + data.draw(st.binary(min_size=1, max_size=1)) + raw[place + 1 :]
    with contextlib.suppress(HokanError):
        parts(content_type, changed)


@pytest.mark.parametrize(
    ("content_type", "raw"),
    [
        ("text/plain", b"a=1"),
        (multipart.TYPE, b"--x\r\n"),
        (f"{multipart.TYPE}; boundary=x", b""),
        (f"{multipart.TYPE}; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
    ],
)
def test_what_no_browser_writes_is_refused(content_type: str, raw: bytes) -> None:
    with pytest.raises(Invalid):
        parts(content_type, raw)


def test_a_form_of_too_many_parts_is_refused() -> None:
    many = {f"a{number}": "" for number in range(multipart.MAX_PARTS + 1)}
    with pytest.raises(Invalid):
        parts(*written_form(many, {}))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("胃カメラ.txt", "胃カメラ.txt"),
        ("a%22b.txt", 'a"b.txt'),
        ("C:\\slides\\a.pdf", "a.pdf"),
        ("", ""),
    ],
)
def test_a_file_keeps_its_name_but_not_its_folders(said: str, name: str) -> None:
    kind, body = written_form({}, {"file": b"x"})
    named = body.replace(b"a.csv", said.encode())
    assert parts(kind, named)[0].file_name == name
