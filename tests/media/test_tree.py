"""What stands on a disc."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from chalicelib.media import planning, tree
from chalicelib.media.model import Entry, Examination, made
from chalicelib.media.planning import Medium
from chalicelib.media.tree import Issue, Taken
from tests.media import scene
from tests.media.scene import STILL, Store, contents, endoscopy, issue

PLACES = {
    *("DICOMDIR", "DICOM/E0000001/I0000001", "DICOM/E0000001/I0000002"),
    *("IMAGES/E0000002/胃カメラ 花子 1.jpg", "IMAGES/E0000002/胃カメラ 花子 2.jpg"),
    *("README.TXT", "INDEX.TXT", "manifest.json", "SHA256SUMS", "verify.py"),
}


def read(entries: list[Entry], place: str) -> bytes:
    with next(each for each in entries if each.place == place).open() as stream:
        return stream.read()


def manifest(entries: list[Entry]) -> Any:
    return json.loads(read(entries, "manifest.json"))


def of(store: Store, *bodies: tuple[str, bytes], neutral: bool = False) -> list[tree.Placed]:
    files = tuple(store.file(path, body) for path, body in bodies)
    plan = planning.plan([Examination("exam", "Title", files)], Medium.CD)
    return tree.placed(plan.discs[0], store.open, is_neutral=neutral)


def test_everything_has_its_place() -> None:
    assert {each.place for each in contents(Store())} == PLACES


def test_originals_stay_what_they_are() -> None:
    entries = contents(Store())
    assert read(entries, "DICOM/E0000001/I0000002") == endoscopy(number=2)
    assert read(entries, "IMAGES/E0000002/胃カメラ 花子 2.jpg") == STILL * 2


def test_the_manifest_leads_from_a_files_own_name_to_its_place() -> None:
    places = {each["path"]: each["place"] for each in manifest(contents(Store()))["files"]}
    assert places["箱/2.dcm"] == "DICOM/E0000001/I0000002"


def test_the_manifest_says_why_a_dicom_file_is_not_in_the_dicomdir() -> None:
    store = Store()
    twice = tuple(store.file(f"{each}.dcm", endoscopy()) for each in "ab")
    plan = planning.plan([Examination("exam", "Title", twice)], Medium.CD)
    one = Issue("Name", plan, scene.AT)
    files = tree.placed(plan.discs[0], store.open)
    told = manifest(tree.entries(one, plan.discs[0], files, store.open))["files"]
    assert [each.get("not_in_dicomdir") for each in told] == [
        None,
        "another file on this disc has the same UID",
    ]


def test_without_dicom_there_is_no_dicomdir() -> None:
    store = Store()
    still = store.file("a.jpg", STILL)
    plan = planning.plan([Examination("exam", "Title", (still,))], Medium.CD)
    one = Issue("Name", plan, scene.AT)
    files = tree.placed(plan.discs[0], store.open)
    places = {each.place for each in tree.entries(one, plan.discs[0], files, store.open)}
    assert "DICOMDIR" not in places


def test_each_disc_has_an_index_of_all() -> None:
    store = Store()
    plan = planning.plan(
        [
            Examination(f"exam-{each}", f"Title {each}", (store.file(str(each), b"x"),))
            for each in (1, 2)
        ],
        Medium.CD,
    )
    discs = tuple(planning.Disc(n, (share,)) for n, share in enumerate(plan.discs[0].shares, 1))
    two = Issue("Name", planning.Plan(Medium.CD, discs), scene.AT)
    for disc in discs:
        entries = tree.entries(two, disc, tree.placed(disc, store.open), store.open)
        index = read(entries, "INDEX.TXT").decode("utf-8-sig")
        assert "Title 1" in index
        assert "Title 2" in index
        assert f"[{disc.number} / 2]  1 files  <- このディスク" in index
        assert len(manifest(entries)["discs"]) == 2


def test_names_that_windows_holds_for_one_are_told_apart() -> None:
    placed = of(Store(), ("a/X.jpg", STILL), ("b/x.jpg", STILL), ("c/x.jpg", STILL))
    assert [each.place for each in placed] == [
        "IMAGES/E0000001/X.jpg",
        "IMAGES/E0000001/x~2.jpg",
        "IMAGES/E0000001/x~3.jpg",
    ]


def test_a_name_has_its_letters_whole_whoever_wrote_it() -> None:
    (placed,) = of(Store(), (normalize("NFD", "ポリープ.jpg"), STILL))
    assert placed.place == normalize("NFC", "IMAGES/E0000001/ポリープ.jpg")


def test_a_long_name_keeps_its_ending() -> None:
    (placed,) = of(Store(), ("胃" * 100 + ".jpeg", STILL))
    own = placed.place.rpartition("/")[2]
    assert own == "胃" * 19 + ".jpeg"


def test_neutral_places_tell_no_name() -> None:
    placed = of(Store(), ("山田花子.jpg", STILL), ("山田花子.dcm", endoscopy()), neutral=True)
    assert [each.place for each in placed] == [
        "IMAGES/E0000001/I0000001.JPG",
        "DICOM/E0000001/I0000002",
    ]


def test_an_album_that_takes_the_place_of_another_file_is_refused() -> None:
    store = Store()
    one = issue(store)
    files = tree.placed(one.plan.discs[0], store.open)
    with pytest.raises(Taken, match="readme"):
        tree.entries(one, one.plan.discs[0], files, store.open, [made("readme.txt", b"")])


def test_the_readme_names_an_album_where_there_is_one() -> None:
    store = Store()
    one = issue(store)
    disc, files = one.plan.discs[0], tree.placed(one.plan.discs[0], store.open)
    album = [made("index.html", b"<p>")]
    with_album = tree.entries(one, disc, files, store.open, album)
    without = tree.entries(one, disc, files, store.open)
    assert b"index.html" in read(with_album, "README.TXT")
    assert b"index.html" not in read(without, "README.TXT")


def test_the_same_files_make_the_same_disc() -> None:
    one, other = contents(Store()), contents(Store())
    assert [(each.place, each.sha256) for each in one] == [
        (each.place, each.sha256) for each in other
    ]


def test_the_script_on_the_disc_is_the_one_in_the_package() -> None:
    assert read(contents(Store()), "verify.py") == (
        Path(tree.__file__).with_name("verify.py").read_bytes()
    )
