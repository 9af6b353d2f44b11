"""
The files of an offline album, one after the other.

Who asks decides where they go: into a ZIP, onto a disc.  Nothing is kept but what lists need; a
chart, a page or a picture is gone when the next one is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from chalicelib.archive.model import RestoredFile
from chalicelib.offline import charting, gathering, names, searching
from chalicelib.offline.model import (
    Folk,
    Leaf,
    Named,
    Wanted,
    by_month,
    by_patient,
    by_series,
    some_at_a_time,
    stretches,
)
from chalicelib.offline.picturing import Pictures
from chalicelib.offline.writing import Writer, writer
from chalicelib.web import files as web_files

LEAVES_AT_ONCE = 100
PICTURES_A_PAGE = 100
CARDS_A_PAGE = 100
ROWS_A_PAGE = 500  # of patients
ON_THE_FIRST_PAGE = 60  # examinations; of more, it names the months
SCRIPTS = (names.SEARCH, names.KEYS)
SHEETS = ("tokens.css", "hokan.css", "album.css")


def files(wanted: Wanted, named: Mapping[str, RestoredFile]) -> Iterator[Named]:
    """
    Yield all files of the album that shows the files *named*, which lie in the same folder.

    The caller has made sure that they are the asker's, and committed the audit row.
    """
    leaves, write = gathering.leaves(wanted, named), writer(wanted)
    numbers = {each.patient.patient_key: each.number for each in by_patient(leaves)}
    pictures, shown = Pictures(wanted.target_id), list[Leaf]()
    for some in some_at_a_time(leaves, LEAVES_AT_ONCE):
        yield from pictures.files(some)
        for leaf, versions in charting.signed(wanted, map(pictures.known, some)):
            yield from (charting.page(wanted, leaf, each) for each in versions)
            shown.append(replace(leaf, charts=[charting.told(each) for each in versions]))
            yield from _leaf(write, shown[-1], numbers)
    folks = by_patient(shown)
    yield from _lists(write, shown, folks)
    yield names.DATA, searching.data(shown, folks)
    yield from _beside()


def _leaf(write: Writer, leaf: Leaf, numbers: Mapping[str, int]) -> Iterator[Named]:
    """Yield the pages of an examination; *numbers* name those of patients."""
    folk = numbers[leaf.patient.patient_key] if leaf.patient else 0
    for part in stretches(leaf.shown, PICTURES_A_PAGE):
        yield write.page(
            names.leaf(leaf.number, part.number),
            "examination.html",
            leaf=leaf,
            folk=folk,
            part=part,
            series=by_series(part.items),
        )


def _lists(write: Writer, leaves: Sequence[Leaf], folks: Sequence[Folk]) -> Iterator[Named]:
    """Yield what leads to the examinations: the first page, patients, months."""
    yield write.page(
        names.INDEX,
        "index.html",
        count=len(leaves),
        months=by_month(leaves),
        folks=folks,
        are_few=len(leaves) <= ON_THE_FIRST_PAGE,
    )
    for part in stretches(folks, ROWS_A_PAGE):
        yield write.page(names.patients(part.number), "patients.html", part=part)
    for folk in folks:
        yield write.page(names.patient(folk.number), "patient.html", folk=folk)
    for month, some in by_month(leaves):
        for cards in stretches(some, CARDS_A_PAGE):
            name = names.month(month, cards.number)
            yield write.page(name, "month.html", month=month, part=cards)


def _beside() -> Iterator[Named]:
    """Yield the style sheet, which is the portal's and a little more, and the scripts."""
    here = Path(__file__).parent
    sheets = [(web_files.FOLDER / each).read_bytes() for each in SHEETS]
    yield names.STYLE, b"\n".join([*sheets, (here / "offline.css").read_bytes()])
    for each in SCRIPTS:
        yield each, (here / Path(each).name).read_bytes()
