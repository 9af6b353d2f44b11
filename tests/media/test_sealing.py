"""Encrypted discs; 7-Zip opens them in test_tools.py."""

from __future__ import annotations

import io
import zipfile

import pytest

from chalicelib.media import sealing
from chalicelib.media.model import Damaged, Entry, made
from tests.media.scene import AT, Store, contents, written

PHRASE = "ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2-34567"

AES = 99  # the method of WinZip's AE-2, which Python's zipfile lists and does not open


def read(entry: Entry) -> bytes:
    with entry.open() as stream:
        return stream.read()


def sealed(*entries: Entry, phrase: str = PHRASE) -> Entry:
    return sealing.sealed(entries, phrase, AT)


def test_the_size_of_the_zip_is_known_beforehand() -> None:
    entry = sealed(made("a", b"x" * 3_000_001), made("b", b""))
    assert len(read(entry)) == entry.size


def test_its_names_can_be_listed_and_its_files_not_read() -> None:
    body = b"what nobody reads"
    written_down = read(sealed(made("胃.jpg", body)))
    [listed] = zipfile.ZipFile(io.BytesIO(written_down)).infolist()
    assert (listed.filename, listed.compress_type, listed.flag_bits & 1) == ("胃.jpg", AES, 1)
    assert body not in written_down


def test_no_patients_data_can_be_read_from_an_encrypted_disc() -> None:
    image = written(contents(Store(), PHRASE))
    for told in ("山田", "鈴木", "胃カメラ", "Yamada", "P-1", "exam-1"):
        for code in ("utf-8", "utf-16-be", "iso2022_jp"):
            assert told.encode(code) not in image


def test_the_same_files_and_passphrase_make_the_same_bytes() -> None:
    assert written(contents(Store(), PHRASE)) == written(contents(Store(), PHRASE))


def test_another_passphrase_makes_other_bytes() -> None:
    one, other = (read(sealed(made("a", b"abc"), phrase=each)) for each in (PHRASE, PHRASE[::-1]))
    assert one != other


def test_another_content_has_another_key_stream() -> None:
    one, other = (read(sealed(made("a", each))) for each in (b"\0" * 64, b"\1" * 64))
    salts = [each[each.index(sealing.AES) + len(sealing.AES) :][:16] for each in (one, other)]
    assert salts[0] != salts[1]


def test_a_passphrase_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="guessed"):
        sealed(made("a", b""), phrase="hanako1980")


def test_passphrases_are_long_and_each_another() -> None:
    phrases = {sealing.passphrase() for _ in range(100)}
    assert len(phrases) == 100
    assert {len(each) for each in phrases} == {35}


def test_a_file_that_is_another_by_now_ends_it() -> None:
    said = made("a", b"abc")
    entry = Entry("a", 3, said.sha256, lambda: io.BytesIO(b"abd"))
    with pytest.raises(Damaged):
        read(sealed(entry))
