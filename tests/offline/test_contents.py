"""Whose an offline album is, and of when: who and what is in it, and who and what is not."""

from __future__ import annotations

from chalicelib.archive.model import examination_id
from chalicelib.kernel import clock
from tests.charts.scene import path_of
from tests.offline.scene import (
    a_chart,
    album,
    amended,
    page_of,
    ready,
    with_chart,
    with_examinations,
)
from tests.support.world import World


def all_of(folder: dict[str, bytes]) -> str:
    """Return what the album itself says, and each file's name."""
    made = (body for name, body in folder.items() if not name.startswith("files/"))
    return " ".join([*folder, *(body.decode(errors="replace") for body in made)])


def test_a_patients_album_names_nobody_else(world: World) -> None:
    ready(world)
    listed = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
    key = next(each["patient_key"] for each in listed if each["patient_id"] == "P-2")
    folder = album(world, scope="patient", subject=key)
    assert "山田" in all_of(folder)
    assert [name for name in ("佐藤", "金糸雀", "CANARY", "P-3") if name in all_of(folder)] == []


def test_an_album_of_then_has_what_was_stored_by_then(world: World) -> None:
    ready(world)
    moment = clock.text(clock.now())
    clock.move(60)
    world.back_up({"E-9/late.txt": b"no picture"}, id="E-9", description="Later")
    folder = album(world, as_of=moment)
    assert "Later" not in all_of(folder)


def signed_versions(folder: dict[str, bytes]) -> list[str]:
    return sorted(name for name in folder if name.startswith("album/charts/"))


def test_a_chart_is_in_it_by_its_signed_versions(world: World) -> None:
    ready(world)
    path = with_chart(world)
    amended(world, path, sign=True)
    folder = album(world)
    assert signed_versions(folder) == ["album/charts/1-1.html", "album/charts/1-2.html"]
    assert "早期胃癌疑い" in folder["album/charts/1-2.html"].decode()
    page = page_of(folder, "E-1/")
    assert page.index("version 2") < page.index("version 1")
    assert "A word was wrong" in page


def test_a_draft_is_in_no_album(world: World) -> None:
    ready(world)
    amended(world, with_chart(world), sign=False)
    with_examinations(world)
    identifier = examination_id(world.target_id, "E-2")
    world.doctor.put(path_of(world, identifier), {"revision": 0, "chart": a_chart()})
    assert signed_versions(album(world)) == ["album/charts/1-1.html"]


def test_a_chart_that_was_signed_later_is_in_no_album_of_then(world: World) -> None:
    ready(world)
    path = with_chart(world)
    moment = clock.text(clock.now())
    clock.move(60)
    amended(world, path, sign=True)
    with_chart(world, "E-2")
    assert signed_versions(album(world, as_of=moment)) == ["album/charts/1-1.html"]
