"""
Names on a disc.

Joliet takes 64 characters and not all of them, and pycdlib takes 64 bytes of UTF-8 for it; plain
ISO 9660 takes 30 letters and digits; a file of a DICOMDIR has eight (PS3.10, 8.2).
"""

from __future__ import annotations

import re
from unicodedata import normalize

DICOM, IMAGES = "DICOM", "IMAGES"
DICOMDIR, SUMS, MANIFEST = "DICOMDIR", "SHA256SUMS", "manifest.json"
README, INDEX, VERIFY = "README.TXT", "INDEX.TXT", "verify.py"

JOLIET_BYTES = 64
ISO_CHARACTERS = 30
_NOT_JOLIET = re.compile(r'[\x00-\x1f\x7f*/:;?\\"<>|\ud800-\udfff]')  # Windows shows no " < > |
_NOT_ISO = re.compile(r"[^A-Z0-9_]")


def folder(number: int) -> str:
    """Return the name of an examination's folder."""
    return f"E{number:07}"


def file_id(examination: int, number: int) -> str:
    """
    Return where a DICOM file stands.

    >>> file_id(1, 12)
    'DICOM/E0000001/I0000012'
    """
    return f"{DICOM}/{folder(examination)}/I{number:07}"


def image(examination: int, number: int, path: str, *, is_neutral: bool) -> str:
    """
    Return where another file stands: under its own name, or one that tells nothing.

    >>> image(1, 12, "検査/胃 1.jpg", is_neutral=False), image(1, 12, "a.jpg", is_neutral=True)
    ('IMAGES/E0000001/胃 1.jpg', 'IMAGES/E0000001/I0000012.JPG')
    """
    own = path.rpartition("/")[2]
    if is_neutral:
        ending = _NOT_ISO.sub("", own.rpartition(".")[2].upper())[:3] if "." in own else ""
        own = f"I{number:07}.{ending}" if ending else f"I{number:07}"
    return f"{IMAGES}/{folder(examination)}/{joliet(own)}"


def joliet(name: str) -> str:
    """
    Return *name* as Joliet and Windows take it; a long one loses its end, but not its ending.

    >>> joliet("a:b?.jpg"), joliet(" 1. "), joliet("..")
    ('a_b_.jpg', '1', '_')
    """
    tidy = _NOT_JOLIET.sub("_", normalize("NFC", name)).strip(" ").rstrip(". ") or "_"
    return _cut(tidy, JOLIET_BYTES)


def another(place: str, number: int) -> str:
    """
    Return a name for a further file of the same name.

    >>> another("IMAGES/E0000001/1.jpg", 2)
    'IMAGES/E0000001/1~2.jpg'
    """
    within, _, own = place.rpartition("/")
    stem, dot, ending = own.rpartition(".") if "." in own[1:] else (own, "", "")
    mark = f"~{number}{dot}{ending}"
    return f"{within}/{_cut(stem, JOLIET_BYTES - _bytes(mark))}{mark}"


def _cut(name: str, most: int) -> str:
    if _bytes(name) <= most:
        return name
    stem, dot, ending = name.rpartition(".") if "." in name[-9:] else (name, "", "")
    ending = dot + ending
    while _bytes(stem + ending) > most:
        stem = stem[:-1]
    return stem + ending


def _bytes(name: str) -> int:
    return len(name.encode())


def iso(name: str, taken: set[str], *, is_folder: bool) -> str:
    """
    Return *name* as ISO 9660 takes it, and note it among the *taken*.

    >>> iso("album-1.html", set(), is_folder=False), iso("DICOMDIR", set(), is_folder=False)
    ('ALBUM_1.HTML;1', 'DICOMDIR.;1')
    >>> iso("胃.jpg", {"_.JPG;1"}, is_folder=False)
    '__2.JPG;1'
    """
    stem, _, ending = name.upper().rpartition(".") if "." in name else (name.upper(), "", "")
    if is_folder:
        stem, ending = name.upper(), ""
    ending = _NOT_ISO.sub("_", ending)[:8]
    stem = _NOT_ISO.sub("_", stem)[: ISO_CHARACTERS - len(ending)]
    tail = "" if is_folder else f".{ending};1"
    found, number = stem + tail, 1
    while found in taken:
        number += 1
        mark = f"_{number}"
        found = stem[: ISO_CHARACTERS - len(ending) - len(mark)] + mark + tail
    taken.add(found)
    return found
