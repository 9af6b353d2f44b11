"""Which file goes on which disc."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.media import building, image, planning
from chalicelib.media.model import Examination, File
from chalicelib.media.planning import CAPACITY, FileTooLarge, Medium
from chalicelib.media.tree import Issue
from tests.media import scene

MB = 10**6
SIZES = st.lists(st.lists(st.integers(0, 690 * MB), min_size=1, max_size=6), max_size=12)
Sizes = list[list[int]]


def examination(number: int, sizes: list[int]) -> Examination:
    files = [File(f"{number}/{at}", size, "0" * 64) for at, size in enumerate(sizes)]
    return Examination(f"exam-{number}", f"Title {number}", tuple(files))


def examinations(sizes: Sizes) -> list[Examination]:
    return [examination(number, each) for number, each in enumerate(sizes)]


@given(SIZES)
def test_every_file_is_on_one_disc_in_the_order_given(sizes: Sizes) -> None:
    wanted = examinations(sizes)
    plan = planning.plan(wanted, Medium.CD)
    planned = [file for disc in plan.discs for each in disc.shares for file in each.files]
    assert planned == [file for each in wanted for file in each.files]


@given(SIZES)
def test_no_disc_holds_more_than_it_takes(sizes: Sizes) -> None:
    plan = planning.plan(examinations(sizes), Medium.CD)
    assert all(disc.size <= CAPACITY[Medium.CD] - planning.RESERVE for disc in plan.discs)


@given(SIZES)
def test_an_examination_that_fits_on_a_disc_is_whole(sizes: Sizes) -> None:
    for disc in planning.plan(examinations(sizes), Medium.CD).discs:
        for share in disc.shares:
            assert share.is_whole or sum(f.size for f in share.examination.files) > 690 * MB


@given(SIZES)
def test_the_parts_of_an_examination_number_its_files_through(sizes: Sizes) -> None:
    firsts: dict[int, int] = {}
    for disc in planning.plan(examinations(sizes), Medium.CD).discs:
        for share in disc.shares:
            assert share.first == firsts.get(share.number, 0) + 1
            firsts[share.number] = share.first + len(share.files) - 1


@given(SIZES)
def test_no_disc_but_the_last_could_take_the_next_examination(sizes: Sizes) -> None:
    discs = planning.plan(examinations(sizes), Medium.CD).discs
    for disc, following in pairwise(discs):
        assert disc.size + following.shares[0].size > 690 * MB


def test_a_file_larger_than_the_medium_is_refused_by_name() -> None:
    with pytest.raises(FileTooLarge, match="1/0 has 800,000,000 bytes"):
        planning.plan(examinations([[1], [800 * MB]]), Medium.CD)


def test_the_same_file_fits_on_a_dvd() -> None:
    assert len(planning.plan(examinations([[1], [800 * MB]]), Medium.DVD).discs) == 1


def test_no_disc_has_more_files_than_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "FILES_A_DISC", 5)
    plan = planning.plan(examinations([[1] * 3, [1] * 3, [1] * 12]), Medium.BD)
    assert [disc.files for disc in plan.discs] == [3, 3, 5, 5, 2]


@pytest.mark.parametrize(
    ("medium", "least"), [("cd", 734_000_000), ("dvd", 4_699_990_000), ("bd", 24_999_990_000)]
)
def test_a_medium_takes_what_is_printed_on_it(medium: str, least: int) -> None:
    assert least <= CAPACITY[Medium(medium)] <= least + 10_000
    assert CAPACITY[Medium(medium)] % 2048 == 0


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1)


@given(st.lists(NAMES, min_size=1, max_size=30))
@example(["\x01" * 250] * 10)
@example(["胃" * 80 + ".jpg"] * 300)
@example(["a"] * 1000)
def test_what_is_planned_for_is_never_less_than_the_image_takes(paths: list[str]) -> None:
    store = scene.Store()
    files = [store.file(f"{at}/{path}", b"x") for at, path in enumerate(paths)]
    plan = planning.plan([Examination("exam", "Title", tuple(files))], Medium.CD)
    issue = Issue("Name", plan, scene.AT)
    entries = building.contents(issue, plan.discs[0], store.open)
    size = image.size_of(entries, label="HOKAN", at=scene.AT)
    planned = planning.AROUND_AN_EXAMINATION + sum(map(planning.taken, files))
    assert size <= planned + MB  # of the reserve: our own files, and what UDF puts around
