"""
A disc for which one needs a passphrase: a ZIP by AES-256 (WinZip's AE-2), and a README beside it.

7-Zip and its kin open it.  Names and sizes of the files within can be read without the passphrase:
they must tell nothing (tree.Issue.is_neutral).
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from chalicelib.media.model import Damaged, Entry
from chalicelib.media.reading import exactly

ZIP = "DISC.ZIP"
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that looks like another
GROUPS, GROUP = 6, 5  # 150 bits: so that 1,000 rounds of PBKDF2, which AE-2 has, are enough
ROUNDS, KEY, SALT, PROOF, MAC = 1000, 32, 16, 2, 10
AROUND = SALT + PROOF + MAC
PIECE_BYTES = 1 << 20
VERSION, METHOD, FLAGS = 51, 99, 0x0801  # encrypted, names in UTF-8
AES = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0)  # AE-2, 256 bits, stored
MOST = 0xFFFFFFFF


def passphrase() -> str:
    """Return a new one, which people can type."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def sealed(entries: Iterable[Entry], phrase: str, at: datetime) -> Entry:
    """
    Return the ZIP of *entries*: its size is known, its bytes are made when it is read.

    The same entries and passphrase make the same bytes.

    Raises:
        ValueError: The passphrase is none of passphrase().
    """
    if len(phrase) < GROUPS * GROUP:
        raise ValueError("this passphrase could be guessed")
    listed = _listed(entries, at)
    size = listed[-1].end if listed else 0
    size += len(_directory(listed, size))
    return Entry(ZIP, size, "", lambda: _opened(listed, phrase))


@dataclass(frozen=True, slots=True)
class _Member:
    """Attributes: begin: where in the ZIP its header stands; moment: as DOS writes it."""

    entry: Entry
    begin: int
    moment: bytes

    @property
    def name(self) -> bytes:
        return self.entry.place.encode()

    @property
    def packed(self) -> int:
        return self.entry.size + AROUND

    @property
    def end(self) -> int:
        return self.begin + len(self.head) + self.packed

    @property
    def head(self) -> bytes:
        sizes = struct.pack("<HHQQ", 1, 16, self.entry.size, self.packed) if self.is_large else b""
        fields = self._fields(sizes + AES, large=self.is_large)
        return b"PK\3\4" + fields + self.name + sizes + AES

    @property
    def is_large(self) -> bool:
        return self.packed >= MOST

    @property
    def line(self) -> bytes:
        """What the ZIP's directory says of it."""
        large = self.is_large or self.begin >= MOST
        content = (self.entry.size, self.packed, self.begin)
        more = struct.pack("<HHQQQ", 1, 24, *content) if large else b""
        fields = self._fields(more + AES, large=large)
        begin = MOST if large else self.begin
        # Made by Unix, a file that everybody may read.
        rest = struct.pack("<HHHLL", 0, 0, 0, 0o100644 << 16, begin)
        return b"PK\1\2" + struct.pack("<BB", VERSION, 3) + fields + rest + self.name + more + AES

    def _fields(self, extra: bytes, *, large: bool) -> bytes:
        sizes = (MOST, MOST) if large else (self.packed, self.entry.size)
        lengths = (len(self.name), len(extra))
        begin = struct.pack("<HHH", VERSION, FLAGS, METHOD) + self.moment
        return begin + struct.pack("<LLLHH", 0, *sizes, *lengths)


def _listed(entries: Iterable[Entry], at: datetime) -> list[_Member]:
    time = at.hour << 11 | at.minute << 5 | at.second // 2
    day = at.year - 1980 << 9 | at.month << 5 | at.day
    listed: list[_Member] = []
    for each in entries:
        begin = listed[-1].end if listed else 0
        listed.append(_Member(each, begin, struct.pack("<HH", time, day)))
    return listed


def _directory(listed: Sequence[_Member], begin: int) -> bytes:
    lines = b"".join(each.line for each in listed)
    count, size, end = len(listed), len(lines), begin + len(lines)
    more = b""
    if count >= 0xFFFF or end >= MOST:
        more = b"PK\6\6" + struct.pack(
            "<QBBHLLQQQQ", 44, VERSION, 3, VERSION, 0, 0, count, count, size, begin
        )
        more += b"PK\6\7" + struct.pack("<LQL", 0, end, 1)
        count, size, begin = 0xFFFF, MOST, MOST
    return lines + more + b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, count, count, size, begin, 0)


def _opened(listed: Sequence[_Member], phrase: str) -> BinaryIO:
    return cast(BinaryIO, _Stream(_pieces(listed, phrase)))


def _pieces(listed: Sequence[_Member], phrase: str) -> Iterator[bytes]:
    for each in listed:
        yield each.head
        yield from _encrypted(each.entry, phrase)
    yield _directory(listed, listed[-1].end if listed else 0)


def _encrypted(entry: Entry, phrase: str) -> Iterator[bytes]:
    """Yield a file encrypted; raises Damaged at its end if it is not what it should be."""
    salt = _salt(entry, phrase)
    keys = hashlib.pbkdf2_hmac("sha1", phrase.encode(), salt, ROUNDS, 2 * KEY + PROOF)
    yield salt + keys[2 * KEY :]
    cipher = Cipher(algorithms.AES(keys[:KEY]), modes.ECB())  # noqa: S305 - of counters that never come twice
    encryptor, mac = cipher.encryptor(), hmac.new(keys[KEY : 2 * KEY], digestmod="sha1")
    digest, done = hashlib.sha256(), 0
    with entry.open() as stream:
        while piece := exactly(stream.read, PIECE_BYTES):
            digest.update(piece)
            code = _xor(piece, encryptor.update(_counters(done // 16 + 1, -(-len(piece) // 16))))
            mac.update(code)
            done += len(piece)
            yield code
    if done != entry.size or digest.hexdigest() != entry.sha256:
        raise Damaged(entry.place)
    yield mac.digest()[:MAC]


def _salt(entry: Entry, phrase: str) -> bytes:
    """Return a salt that another place or content would not get: no key stream comes twice."""
    told = f"{entry.place}\n{entry.sha256}".encode()
    return hmac.digest(phrase.encode(), told, "sha256")[:SALT]


def _counters(first: int, count: int) -> bytes:
    """Return the blocks that AE-2 counts by: little end first, which no library's CTR does."""
    blocks = array("Q", bytes(16 * count))
    blocks[::2] = array("Q", range(first, first + count))
    return blocks.tobytes()


def _xor(data: bytes, stream: bytes) -> bytes:
    mixed = int.from_bytes(data, "little") ^ int.from_bytes(stream[: len(data)], "little")
    return mixed.to_bytes(len(data), "little")


class _Stream(io.RawIOBase):
    """Pieces read as a file, front to back."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # what a reader gives
        if not self._left:
            self._left = next(self._pieces, b"")
        given = self._left[: len(buffer)]
        buffer[: len(given)] = given
        self._left = self._left[len(given) :]
        return len(given)
