"""What is in the folder of an offline album: files, sums, pages that lead to each other."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import boto3
import pytest

from chalicelib.archive import selecting
from chalicelib.archive.model import RestoredFile
from chalicelib.buckets import derived
from chalicelib.exports import zipping
from chalicelib.kernel import clock
from chalicelib.offline import picturing, service
from chalicelib.offline.model import Wanted
from chalicelib.pictures import service as pictures
from chalicelib.settings import settings
from tests.exports.scene import asked as plainly_asked
from tests.exports.scene import deliver, in_bucket, selection, unzipped
from tests.offline.scene import (
    FILES,
    Page,
    album,
    page_of,
    pages,
    places,
    ready,
    unpacked,
    with_chart,
    with_pictures,
)
from tests.pictures.making import deliver_all, digest, still
from tests.support.snapshot import once
from tests.support.world import World
from tests.web.test_languages import mislabelled

ALL_FILES = {path: body for files, _ in FILES.values() for path, body in files.items()}


@pytest.fixture
def folder(world: World) -> dict[str, bytes]:
    """The album of everything, with a chart."""

    def make() -> dict[str, bytes]:
        ready(world)
        with_chart(world)
        return album(world)

    return once("folder", make)


# --- beside the files -----------------------------------------------------------------------------


def test_the_files_are_those_of_a_plain_zip(world: World) -> None:
    ready(world)
    export = plainly_asked(world)
    deliver(world, export)
    plain, told = unzipped(in_bucket(export)), album(world)
    assert {name for name in told if name.startswith("files/")} | {
        "SHA256SUMS",
        "hokan-restore.json",
    } == set(plain)
    assert all(told[name] == plain[name] for name in plain if name.startswith("files/"))
    assert (
        json.loads(told["hokan-restore.json"])["entries"]
        == (json.loads(plain["hokan-restore.json"])["entries"])
    )


def test_every_file_of_the_folder_has_its_sum(folder: dict[str, bytes]) -> None:
    lines = folder["SHA256SUMS"].decode().splitlines()
    told = {line[66:]: line[:64] for line in lines}
    assert told == {
        name: hashlib.sha256(body).hexdigest()
        for name, body in folder.items()
        if name not in {"SHA256SUMS", "hokan-restore.json"}
    }


def test_an_ordinary_tool_checks_all_of_it(folder: dict[str, bytes], tmp_path: Path) -> None:
    unpacked(folder, tmp_path)
    check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_zip_that_was_asked_for_without_an_album_has_none(world: World) -> None:
    with_pictures(world)
    export = plainly_asked(world)
    deliver(world, export)
    assert pages(unzipped(in_bucket(export))) == {}


# --- links ----------------------------------------------------------------------------------------


def test_every_link_leads_to_a_file_of_the_folder(folder: dict[str, bytes]) -> None:
    found = pages(folder)
    ids = {name: Page(text).ids for name, text in found.items()}
    links = [(page, *place) for page, text in found.items() for place in places(page, text)]
    assert len(links) > 100
    assert [each for each in links if each[1] not in folder] == []
    assert [each for each in links if each[2] and each[2] not in ids[each[1]]] == []


def test_every_original_is_led_to(folder: dict[str, bytes]) -> None:
    led = {place for page, text in pages(folder).items() for place, _ in places(page, text)}
    assert {zipping.name_of(path) for path in ALL_FILES} <= led


def test_every_page_is_led_to_from_the_first(folder: dict[str, bytes]) -> None:
    found, reached, left = pages(folder), set[str](), ["index.html"]
    while left:
        page = left.pop()
        if page in found and page not in reached:
            reached.add(page)
            left += [place for place, _ in places(page, found[page])]
    assert reached == set(found)


def test_every_page_forbids_all_but_what_is_beside_it(folder: dict[str, bytes]) -> None:
    for text in pages(folder).values():
        assert (
            'http-equiv="Content-Security-Policy" content="default-src \'none\';'
            in text.replace("&#39;", "'")
        )


# --- what it shows --------------------------------------------------------------------------------


def test_a_picture_is_there_small_and_large_and_its_frames_in_a_row(
    folder: dict[str, bytes],
) -> None:
    page = page_of(folder, "film.dcm")
    shown = [each for each in Page(page).led if each.endswith(".webp")]
    assert sorted(each.rpartition("-")[2] for each in shown) == [
        "strip.webp",
        "thumb.webp",
        "view.webp",
    ]
    assert "3 frames" in page


def test_a_picture_that_two_examinations_have_is_there_once(folder: dict[str, bytes]) -> None:
    thumbs = [name for name in folder if name.endswith("-thumb.webp")]
    assert len(thumbs) == len({body for body in ALL_FILES.values() if body != b"no picture"})


def test_a_file_without_a_picture_says_why(folder: dict[str, bytes]) -> None:
    page = page_of(folder, "note.txt")
    assert "holds no picture" in page[page.index("note.txt</a>") :]


def test_a_picture_that_was_lost_is_named_and_nothing_leads_to_it(world: World) -> None:
    ready(world)
    key = f"p/{world.target_id}/{digest(still(200))}/view.webp"
    boto3.client("s3").delete_object(Bucket=settings().derived_bucket, Key=key)
    folder = album(world)
    assert "its picture was not made in time" in page_of(folder, "E-4/a.jpg")
    test_every_link_leads_to_a_file_of_the_folder(folder)


def test_loose_files_are_shown_too(world: World) -> None:
    ready(world)
    entry = {"path": "loose.bin", "size": 5, "sha256": digest(b"loose"), "examination": None}
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, {"entries": [entry]})
    world.put_object(digest(b"loose"), b"loose")
    world.arrived(digest(b"loose"))
    world.finish(batch_id)
    pictures.wanted(world.target_id, [digest(b"loose")])
    deliver_all(world)
    assert "files/loose.bin" in page_of(album(world), "loose.bin")


@pytest.mark.parametrize(("language", "word"), [("ja", "患者"), ("en", "Patient")])
def test_its_pages_are_in_the_language_of_who_asked(world: World, language: str, word: str) -> None:
    ready(world)
    page = album(world, language)["album/patients.html"].decode()
    assert f'<html lang="{language}">' in page
    assert word in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_text_says_which_language_it_is_in(world: World, language: str) -> None:
    ready(world)
    for name, text in pages(album(world, language)).items():
        assert mislabelled(text) == [], name


def test_a_name_is_text_and_never_code(folder: dict[str, bytes]) -> None:
    texts = [*pages(folder).values(), folder["album/data.js"].decode()]
    assert [text for text in texts if "<script>alert" in text] == []
    assert [text for text in texts if "<img src=x" in text] == []


@pytest.mark.parametrize("limit", ["PICTURES_A_PAGE", "CARDS_A_PAGE", "ROWS_A_PAGE"])
def test_a_long_list_goes_on_on_the_next_page(
    world: World, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(service, limit, 1)
    monkeypatch.setattr(service, "ON_THE_FIRST_PAGE", 0)
    ready(world)
    folder = album(world)
    assert [name for name in pages(folder) if name.endswith("-2.html")]
    test_every_link_leads_to_a_file_of_the_folder(folder)
    test_every_page_is_led_to_from_the_first(folder)
    test_every_original_is_led_to(folder)


def test_no_more_is_at_hand_than_the_next_few_pictures(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes of it goes on before the next is read: memory does not grow with pictures."""
    read: list[str] = []
    read_file = derived.read_file

    def noted(key: str) -> bytes:
        read.append(key)
        return read_file(key)

    monkeypatch.setattr(derived, "read_file", noted)
    monkeypatch.setattr(picturing, "AT_ONCE", 2)
    ready(world)
    wanted = Wanted(world.facility_id, world.target_id, clock.text(clock.now()), "en")
    named = dict(zip(zipping.names(files := stored(world)), files, strict=True))
    given, ahead = 0, []
    for name, _ in service.files(wanted, named):
        given += name.endswith(".webp")
        ahead.append(len(read) - given)
    assert given > 10
    assert max(ahead) < 2


def stored(world: World) -> list[RestoredFile]:
    return selecting.files(selection(world))
