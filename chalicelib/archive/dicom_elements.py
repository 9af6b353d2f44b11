"""
The top-level data elements of a DICOM data set (PS3.5, 7.1), from as many bytes as are at hand.

A flat walk: sequences are stepped over with a list for a stack, never by recursion, and every
step goes at least 8 bytes forward, so that no bytes cost more than their number.  pydicom then
interprets the few values found (dicom_text); letting it walk, too, is what ADR 6 measured.
"""

from __future__ import annotations

from collections.abc import Container
from enum import Enum, auto
from typing import Literal, NamedTuple

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
FLOAT_PIXELS, PIXELS = 0x7FE00008, 0x7FE00010
LONG_LENGTH = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR"} | {
    b"UT",
    b"UV",
}  # PS3.5, 7.1.2: two reserved bytes, then a length of 32 bits
VALUE_BYTES = 1024  # 3 groups of 64 characters, with escape sequences around each, take less


class End(Enum):
    """Why a walk ended."""

    PIXELS = auto()  # at the pixels
    OUT_OF_GROUP = auto()  # at an element of another group, when only one was asked for
    MARK = auto()  # at a delimiter that ends the data set
    LAST_BYTE = auto()  # exactly after the last byte
    CUT = auto()  # an element goes on after the last byte
    MALFORMED = auto()  # this is no data set


class Encoding(NamedTuple):
    """How elements are written (PS3.5, annex A)."""

    is_explicit: bool = True
    is_big_endian: bool = False

    @property
    def order(self) -> Literal["big", "little"]:
        return "big" if self.is_big_endian else "little"


class Head(NamedTuple):
    """What stands before the value of an element."""

    tag: int
    vr: bytes | None  # None: implicit
    length: int
    value: int  # place of the value


class Elements(NamedTuple):
    """
    Attributes:
        values: First bytes of each wanted value, 1 KiB at most unless told otherwise, by tag.
        walked: How many elements, wanted or not.
        last_tag: The highest tag reached, whole or not.
        place: Where the walk ended: the pixels' element, or the element not understood.
        value_end: Where the value of the element at *place* ends, if it tells.
        pixels: The head of the pixels' element, if the walk ended there.
    """

    values: dict[int, bytes]
    walked: int
    last_tag: int
    end: End
    place: int
    value_end: int | None = None
    pixels: Head | None = None


def walk(
    data: bytes,
    place: int,
    encoding: Encoding,
    wanted: Container[int],
    *,
    group: int | None = None,
    value_bytes: int = VALUE_BYTES,
) -> Elements:
    """
    Return the *wanted* elements of *data* from *place* on, up to the pixels.

    Args:
        group: Stop at the first element of another group.
        value_bytes: How much of a value is kept.
    """
    values: dict[int, bytes] = {}
    walked = last_tag = 0
    end, value_end, pixels = End.LAST_BYTE, None, None
    while place < len(data):
        head = _head(data, place, encoding)
        if head is None:
            end = End.CUT
            break
        last_tag = max(last_tag, head.tag)
        mark = _mark(head, group)
        if mark is not None:
            end, value_end = mark, _value_end(head)
            pixels = head if mark is End.PIXELS else None
            break
        after = _after(data, head, encoding)
        if after is None or after > len(data):
            end = End.MALFORMED if after is None else End.CUT
            break
        if head.tag in wanted and head.length != UNDEFINED:
            values[head.tag] = data[head.value : min(after, head.value + value_bytes)]
        walked, place = walked + 1, after
    return Elements(values, walked, last_tag, end, place, value_end, pixels)


def is_explicit(data: bytes, place: int) -> bool:
    """Whether the element at *place* names its value representation: two capital letters."""
    vr = data[place + 4 : place + 6]
    return len(vr) == 2 and vr.isalpha() and vr.isupper()


def _head(data: bytes, place: int, encoding: Encoding) -> Head | None:
    """Return tag, VR and length at *place*, or None if they are cut."""
    if place + 8 > len(data):
        return None
    order = encoding.order
    group = int.from_bytes(data[place : place + 2], order)
    tag = group << 16 | int.from_bytes(data[place + 2 : place + 4], order)
    # Some writers go over to implicit elements on the way; items never have a VR (PS3.5, 7.5).
    if group == 0xFFFE or not (encoding.is_explicit and is_explicit(data, place)):
        return Head(tag, None, int.from_bytes(data[place + 4 : place + 8], order), place + 8)
    vr = data[place + 4 : place + 6]
    if vr not in LONG_LENGTH:
        return Head(tag, vr, int.from_bytes(data[place + 6 : place + 8], order), place + 8)
    if place + 12 > len(data):
        return None
    return Head(tag, vr, int.from_bytes(data[place + 8 : place + 12], order), place + 12)


def _mark(head: Head, group: int | None) -> End | None:
    """Return why the walk ends before this element, if it does."""
    if group is not None and head.tag >> 16 != group:
        return End.OUT_OF_GROUP
    if FLOAT_PIXELS <= head.tag <= PIXELS:
        return End.PIXELS
    return End.MARK if head.tag in {ITEM_END, SEQUENCE_END} else None


def _value_end(head: Head) -> int | None:
    return None if head.length == UNDEFINED else head.value + head.length


def _after(data: bytes, head: Head, encoding: Encoding) -> int | None:
    """Return the place after an element; after the last byte if cut; None if malformed."""
    if head.tag == ITEM:
        return None  # an item outside a sequence
    if head.length != UNDEFINED:
        return head.value + head.length
    if head.vr == b"UN":  # its content is implicit, whatever is around it (PS3.5, 6.2.2)
        encoding = Encoding(is_explicit=False, is_big_endian=encoding.is_big_endian)
    return _after_sequence(data, head.value, encoding)


def _after_sequence(data: bytes, place: int, encoding: Encoding) -> int | None:
    """Step over items (or fragments: PS3.5, A.4) until the mark that ends them."""
    open_encodings = [encoding]  # of the sequences we are in; an open item is marked by in_item
    in_item = False
    items: list[bool] = []  # for each outer sequence: whether we were in one of its open items
    while True:
        head = _head(data, place, open_encodings[-1])
        if head is None:
            return len(data) + 1
        place = head.value
        if in_item and head.tag == ITEM_END:
            in_item = False
        elif in_item and head.length == UNDEFINED and head.tag != ITEM:
            inner = open_encodings[-1]
            open_encodings.append(inner._replace(is_explicit=False) if head.vr == b"UN" else inner)
            items.append(in_item)
            in_item = False
        elif in_item and head.tag not in {ITEM, SEQUENCE_END}:
            place += head.length
        elif not in_item and head.tag == ITEM:
            in_item = head.length == UNDEFINED
            place += 0 if in_item else head.length
        elif not in_item and head.tag == SEQUENCE_END:
            open_encodings.pop()
            if not open_encodings:
                return place
            in_item = items.pop()
        else:
            return None
