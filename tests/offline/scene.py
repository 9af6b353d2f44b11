"""A facility with a display tool, patients, pictures and charts; and the album of it, unpacked."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

from chalicelib.archive.model import examination_id
from chalicelib.exports import service
from chalicelib.exports.model import Export, Form, State
from chalicelib.pictures import service as pictures
from tests.album.scene import with_tool
from tests.charts.scene import CHART, path_of, plain
from tests.exports.scene import caller, deliver, in_bucket, now, selection, unzipped
from tests.pictures.making import deliver_all, digest, still
from tests.pictures.scene import a_dicom
from tests.support.canary import CANARY
from tests.support.snapshot import once
from tests.support.world import World

ODD = "E-1/検査 100%25#1?&'\".JPG"  # as an agent sends it: a percent sign is escaped
HOSTILE = "</script><script>alert(1)</script>&<b>\"'^X"
TARO = {"id": "P-2", "name": "YAMADA^TARO=山田^太郎=やまだ^たろう", "birth_date": "1960-02-03"}
SATO = {"id": "P-3", "name": "SATOU^Kenji=佐藤^健二=さとう^けんじ", "birth_date": "1971-12-31"}
MALLORY = {"id": "P-<4>", "name": HOSTILE}

FILES: dict[str, tuple[dict[str, bytes], dict[str, Any]]] = {
    "E-1": (
        {
            ODD: still(10),
            "E-1/IMG0002.JPG": still(60),
            "E-1/note.txt": b"no picture",
        },
        {
            "patient": CANARY,
            "examined_at": "2026-04-01T09:30:00",
            "description": "上部消化管内視鏡 Screening",
        },
    ),
    "E-2": (
        {"E-2/film.dcm": a_dicom(bytes(range(64)) * 3, rows=8, columns=8, frames=b"3 ")},
        {"patient": TARO, "examined_at": "2026-03-15T13:00:00", "kind": "CS"},
    ),
    "E-3": (
        {"E-3/a.jpg": still(120), "E-3/b.jpg": still(10)},
        {"patient": SATO, "examined_at": "2026-03-02", "description": "<img src=x onerror=a()>"},
    ),
    "E-4": ({"E-4/a.jpg": still(200)}, {"patient": MALLORY, "examined_at": ""}),
}


def with_examinations(world: World) -> None:
    """Back everything up; nobody has made a picture yet."""
    for name, (files, facts) in FILES.items():
        world.back_up(files, id=name, **facts)


def with_pictures(world: World) -> None:
    """Back everything up, and make the pictures."""
    with_examinations(world)
    bodies = [body for files, _ in FILES.values() for body in files.values()]
    pictures.wanted(world.target_id, map(digest, bodies))
    deliver_all(world)


def ready(world: World) -> None:
    """Have a display tool, the examinations and their pictures; made once a process."""

    def make() -> None:
        with_tool(world)
        with_pictures(world)

    once("offline", make)


def a_chart() -> dict[str, Any]:
    """Return a chart that names no picture, as it stands in a request."""
    chart: dict[str, Any] = plain(CHART)
    findings = [{**each, "mark": None} for each in chart["findings"]]
    return chart | {"images": [], "findings": findings}


def with_chart(world: World, name: str = "E-1") -> str:
    """Sign the first version of an examination's chart; return where it is."""
    identifier = examination_id(world.target_id, name)
    path = path_of(world, identifier)
    found = world.doctor.put(path, {"revision": 0, "chart": a_chart()})
    world.doctor.post(f"{path}/sign", {"revision": found["revision"]})
    return path


def amended(world: World, path: str, *, sign: bool) -> None:
    """Begin the second version of a chart; *sign* it or leave it a draft."""
    seen = world.doctor.get(path)
    begun = {"revision": seen["revision"], "reason": "A word was wrong"}
    found = world.doctor.post(f"{path}/amend", begun)
    if sign:
        world.doctor.post(f"{path}/sign", {"revision": found["revision"]})


def asked(world: World, language: str = "en", **changes: Any) -> Export:
    """Ask for a ZIP with an album."""
    wanted = selection(world, **changes)
    return service.ask(caller(world), service.new_id(), wanted, Form.ALBUM, language)


def album(world: World, language: str = "en", **changes: Any) -> dict[str, bytes]:
    """Have an album made; return all that is in its ZIP."""
    export = asked(world, language, **changes)
    assert deliver(world, export)
    assert now(export).state is State.READY
    return unzipped(in_bucket(export))


def pages(folder: dict[str, bytes]) -> dict[str, str]:
    return {name: body.decode() for name, body in folder.items() if name.endswith(".html")}


def page_of(folder: dict[str, bytes], text: str) -> str:
    """Return the page of the examination that says *text* first."""
    found = pages(folder)
    listed = sorted(name for name in found if name.startswith("album/examinations/"))
    return next(found[name] for name in listed if text in found[name])


def unpacked(folder: dict[str, bytes], into: Path) -> Path:
    """Write the folder to disc."""
    for name, body in folder.items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).write_bytes(body)
    return into


class Page(HTMLParser):
    """
    The links of a page.

    Attributes:
        led: Addresses, as they stand there.
        ids: What fragments may name.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.led: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name in {"href", "src", "action"}:
                self.led.append(value or "")
            if name == "id":
                self.ids.add(value or "")


def places(page: str, text: str) -> list[tuple[str, str]]:
    """Return (name in the folder, fragment) of each link of *page*."""
    found = []
    for address in Page(text).led:
        assert urlsplit(address).scheme == "", address
        assert not address.startswith("/"), address
        path, fragment = urldefrag(address)
        assert "?" not in path, address
        found.append((normpath(join(dirname(page), unquote(path))) if path else page, fragment))
    return found
