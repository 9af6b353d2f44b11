"""
Prove that a disc holds what was written onto it, with nothing to install: Python 3.8 or later.

    python3 verify.py            the disc, or copy of it, that this file lies on
    python3 verify.py FOLDER     another one: a mounted disc, a mounted image, a copied folder
    python3 verify.py --lang ja

Every file is read and held against SHA256SUMS, both ways: changed, shorter or longer, missing,
and files that the list does not name.  An image (.iso) is mounted or unpacked first: by a double
click in Windows and macOS, by "xorriso -osirrox on -indev IMAGE -extract / FOLDER" in Linux.
Exit status: 0 all is as it was written, 1 something is not (a line each), 2 nothing to check.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from pathlib import Path
from unicodedata import normalize

OK, FAULTS, USAGE = 0, 1, 2
SUMS = "SHA256SUMS"
PIECE_BYTES = 1 << 20
HEX = set("0123456789abcdef")

WORDS = {
    "en": {
        "changed": "CHANGED    {}  (its content is not what was written)",
        "missing": "MISSING    {}  (the list names it, the disc has it not)",
        "extra": "EXTRA      {}  (the list does not name it)",
        "unreadable": "UNREADABLE {}  ({})",
        "good": "Good: all {} files are as they were written.",
        "bad": "NOT GOOD: {} of {} files are as they were written; {} faults.",
        "no list": "There is no SHA256SUMS in {}: is it the top folder of a disc?",
        "no folder": "{} is no folder. Mount or unpack an image first.",
        "bad list": "SHA256SUMS is damaged: line {} cannot be read.",
    },
    "ja": {
        "changed": "内容が違います   {}  (書き込んだときの内容と異なります)",
        "missing": "ありません       {}  (一覧にありますが、ディスクにありません)",
        "extra": "一覧にありません {}  (書き込んだ一覧にないファイルです)",
        "unreadable": "読めません       {}  ({})",
        "good": "正常: {} 個のファイルはすべて書き込んだときのままです。",
        "bad": "異常: {1} 個のうち {0} 個だけが書き込んだときのままです。問題は {2} 件です。",
        "no list": "{} に SHA256SUMS がありません。ディスクの一番上を指定してください。",
        "no folder": "{} はフォルダーではありません。イメージはマウントしてください。",
        "bad list": "SHA256SUMS が壊れています: {} 行目が読めません。",
    },
}


class BadList(Exception):
    """A line of SHA256SUMS that says nothing; its number."""


def listed(text: str) -> dict[str, str]:
    """Return the digest of each file by its name; raises BadList."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        digest, gap, name = line[:64], line[64:66], line[66:]
        if len(digest) != 64 or set(digest) - HEX or gap != "  " or not name:
            raise BadList(number)
        found[normalize("NFC", name)] = digest
    if not found:
        raise BadList(1)
    return found


def present(folder: Path) -> dict[str, Path]:
    """Return all files in *folder* and below, by name; macOS writes accents apart from letters."""
    found: dict[str, Path] = {}
    for within, _, files in os.walk(folder):
        for path in (Path(within, name) for name in files):
            found[normalize("NFC", path.relative_to(folder).as_posix())] = path
    return found


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for piece in iter(lambda: stream.read(PIECE_BYTES), b""):
            digest.update(piece)
    return digest.hexdigest()


def faults(folder: Path, sums: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return what is wrong: its kind, the file, and what the system said."""
    there = present(folder)
    del there[SUMS]
    found = [("missing", name, "") for name in sums if name not in there]
    found.extend(("extra", name, "") for name in there if name not in sums)
    for name in sorted(set(there) & set(sums)):
        try:
            if digest_of(there[name]) != sums[name]:
                found.append(("changed", name, ""))
        except OSError as error:
            found.append(("unreadable", name, error.strerror or "?"))
    return sorted(found, key=lambda each: each[1])


def verify(folder: Path, words: dict[str, str]) -> int:
    """Check *folder*, say what is found, and return the exit status."""
    if not folder.is_dir():
        print(words["no folder"].format(folder))
        return USAGE
    try:
        sums = listed((folder / SUMS).read_bytes().decode())
    except FileNotFoundError:
        print(words["no list"].format(folder))
        return USAGE
    except (BadList, UnicodeDecodeError) as error:
        number = error.args[0] if isinstance(error, BadList) else "?"
        print(words["bad list"].format(number))
        return FAULTS
    found = faults(folder, sums)
    for kind, name, said in found:
        print(words[kind].format(name, said))
    if not found:
        print(words["good"].format(len(sums)))
        return OK
    wrong = sum(1 for kind, _, _ in found if kind != "extra")
    print(words["bad"].format(len(sums) - wrong, len(sums), len(found)))
    return FAULTS


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    japanese = os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("ja")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--lang", choices=sorted(WORDS), default="ja" if japanese else "en")
    arguments = parser.parse_args()
    stream = sys.stdout
    if hasattr(stream, "reconfigure"):  # a console may not know all letters of a name
        stream.reconfigure(errors="backslashreplace")
    return verify(arguments.folder, WORDS[arguments.lang])


if __name__ == "__main__":
    sys.exit(main())
