"""What may be written where, and in which order it comes out."""

from __future__ import annotations

import io

import pytest

from chalicelib.media.forward import Forward


class Place:
    """A place of 100 bytes: 20 of folders, the end at 90."""

    def __init__(self, start: int = 0) -> None:
        self.into = io.BytesIO()
        self.file = Forward(self.into, 20, 90, 100, start)

    def write(self, at: int, data: bytes) -> None:
        self.file.seek(at)
        self.file.write(data)

    @property
    def written(self) -> bytes:
        return self.into.getvalue()


def test_nothing_comes_out_before_the_first_file() -> None:
    place = Place()
    place.write(10, b"b")
    place.write(95, b"z")
    place.write(5, b"a")
    assert place.written == b""
    place.write(20, b"file")
    assert place.written == bytes(5) + b"a" + bytes(4) + b"b" + bytes(9) + b"file"


def test_gaps_are_zeros_and_the_end_is_last() -> None:
    place = Place()
    place.write(95, b"z")
    place.write(30, b"file")
    place.file.finish()
    assert place.written == bytes(30) + b"file" + bytes(61) + b"z" + bytes(4)


@pytest.mark.parametrize("at", [0, 19, 30, 33])
def test_what_goes_back_behind_a_file_is_refused(at: int) -> None:
    place = Place()
    place.write(30, b"file")
    with pytest.raises(ValueError, match="out of order"):
        place.write(at, b"x")


def test_a_folder_that_reaches_into_the_files_is_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        Place().write(19, b"xx")


@pytest.mark.parametrize("start", [0, 15, 20, 32, 34, 95, 100])
def test_what_was_written_before_is_left_out(start: int) -> None:
    whole, rest = Place(), Place(start)
    for place in (whole, rest):
        place.write(3, b"folder")
        place.write(30, b"file")
        place.file.finish()
    assert rest.written == whole.written[start:]
