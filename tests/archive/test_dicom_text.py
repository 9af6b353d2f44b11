"""Names come out as they were written in, in every character set DICOM knows."""

from __future__ import annotations

import warnings

import pytest

from chalicelib.archive.dicom_text import character_set, decoded
from chalicelib.archive.facts import PersonName
from chalicelib.archive.inspection import inspect
from tests.support.dicom import CANARY_NAME, canary, charset_file, meta

# Public test data of pydicom, written out by hand.
NAMES = {
    "chrArab.dcm": "قباني^لنزار",
    "chrFren.dcm": "Buc^Jérôme",
    "chrFrenMulti.dcm": "Buc^Jérôme",
    "chrGerm.dcm": "Äneas^Rüdiger",
    "chrGreek.dcm": "Διονυσιος",
    "chrH31.dcm": "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "chrH32.dcm": "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    "chrHbrw.dcm": "שרון^דבורה",
    "chrI2.dcm": "Hong^Gildong=洪^吉洞=홍^길동",
    "chrJapMulti.dcm": "やまだ^たろう",
    "chrJapMultiExplicitIR6.dcm": "やまだ^たろう",
    "chrKoreanMulti.dcm": "김희중",
    "chrRuss.dcm": "Люкceмбypг",
    "chrSQEncoding.dcm": "",  # has its name in a sequence: the name of a request, not the patient
    "chrSQEncoding1.dcm": "",
    "chrX1.dcm": "Wang^XiaoDong=王^小東",
    "chrX2.dcm": "Wang^XiaoDong=王^小东",
}


def name_in(content: bytes) -> tuple[str, tuple[str, ...]]:
    facts = inspect(lambda offset, length: content[offset : offset + length], len(content))
    return str(facts.patient_name or ""), facts.flags


@pytest.mark.parametrize(("file", "expected"), NAMES.items())
def test_a_name_is_read_in_its_character_set(file: str, expected: str) -> None:
    name, flags = name_in(charset_file(file))
    assert name == expected
    assert "name-undecodable" not in flags


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        (b"ISO_IR 192", "utf-8"),
        (b"GB18030", "gb18030"),
        (b"\\ISO 2022 IR 87", "iso2022_jp"),
        (b"ISO 2022 IR 13\\ISO 2022 IR 87", "iso2022_jp"),
        (b"ISO 2022 IR 87", "iso2022_jp"),
        (b"ISO_IR 13", "shift_jis"),  # wrong, and common in Japan
    ],
)
def test_the_canary_sings_in_every_japanese_way(charset: bytes, codec: str) -> None:
    content = meta() + canary(charset=charset, name=CANARY_NAME.encode(codec))
    assert name_in(content) == (CANARY_NAME, ())


def test_every_kanji_of_jis_x_0208_is_read_even_if_it_looks_like_a_delimiter() -> None:
    """The two bytes of 春 are 0x3D55, and 0x3D is the equals sign between name groups."""
    charset = character_set(b"\\ISO 2022 IR 87")
    for row in range(0x30, 0x75):
        cells = (bytes([row, cell]) for cell in range(0x21, 0x7F))
        kanji = b"".join(cell for cell in cells if _is_defined(cell))
        expected = (b"\x1b$B" + kanji).decode("iso2022_jp")
        assert decoded(b"A^B=\x1b$B" + kanji + b"\x1b(B^C", charset) == (f"A^B={expected}^C", True)


def _is_defined(cell: bytes) -> bool:
    return "\ufffd" not in (b"\x1b$B" + cell).decode("iso2022_jp", "replace")


def test_a_delimiter_ends_what_an_escape_sequence_began() -> None:
    charset = character_set(b"ISO_IR 100\\ISO 2022 IR 126")
    assert decoded(b"\x1b-F\xc4^\xc4", charset) == ("Δ^Ä", True)


def test_jis_x_0212_is_read() -> None:
    charset = character_set(b"\\ISO 2022 IR 87\\ISO 2022 IR 159")
    assert decoded("丂".encode("iso2022_jp_2") + b"^A", charset) == ("丂^A", True)


@pytest.mark.parametrize("term", [b"ISO-IR 100", b"ISO IR 100", b"iso_ir 100 ", b"ISO 2022-IR 100"])
def test_a_misspelled_character_set_is_understood(term: bytes) -> None:
    assert decoded(b"R\xfcdiger", character_set(term)) == ("Rüdiger", True)


def test_an_unknown_character_set_shows_replacement_characters_and_a_flag() -> None:
    content = meta() + canary(charset=b"NO_SUCH_SET", name=b"K\xf6nig")
    assert name_in(content) == ("K\ufffdnig", ("name-undecodable",))


def test_an_ascii_name_under_an_unknown_character_set_is_sound() -> None:
    assert name_in(meta() + canary(charset=b"NO_SUCH_SET", name=b"CANARY")) == ("CANARY", ())


def test_bytes_over_127_without_a_character_set_are_guessed_and_flagged() -> None:
    content = meta() + canary(charset=b"", name=b"R\xfcdiger")
    assert name_in(content) == ("Rüdiger", ("name-undecodable",))


@pytest.mark.parametrize("name", [b"\x1b$B\x21", b"\x1b%GX", b"\x1b", b"\x1b$B;3\x1b(B\x80"])
def test_a_broken_escape_sequence_is_flagged(name: bytes) -> None:
    assert name_in(meta() + canary(charset=b"\\ISO 2022 IR 87", name=name))[1] == (
        "name-undecodable",
    )


def test_half_width_kana_stay_half_width() -> None:
    assert name_in(charset_file("chrH32.dcm"))[0].startswith("ﾔﾏﾀﾞ")


@pytest.mark.parametrize("term", ["rot13", "punycode", "idna", "unicode_escape", "zlib"])
def test_pythons_own_codecs_are_no_character_sets(term: str) -> None:
    assert decoded(b"A\xff", character_set(term.encode())) == ("A\ufffd", False)


def test_single_byte_sets_agree_with_pydicom() -> None:
    from pydicom.charset import convert_encodings, decode_bytes

    every_byte = bytes(range(0xA0, 0x100))
    for number in (100, 101, 109, 110, 126, 127, 138, 144, 148, 166):
        term = f"ISO_IR {number}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = decode_bytes(every_byte, convert_encodings(term), set())
        assert decoded(every_byte, character_set(term.encode()))[0] == theirs


@pytest.mark.parametrize(
    "written", ["YAMADA^TARO=山田^太郎=やまだ^たろう", "A", "", "A==B", "=山田"]
)
def test_a_person_name_is_written_back_as_it_was_read(written: str) -> None:
    assert str(PersonName.parse(written)) == written


def test_a_group_of_a_person_name_is_cut_at_64_characters() -> None:
    assert PersonName.parse("A" * 65).alphabetic == "A" * 64
