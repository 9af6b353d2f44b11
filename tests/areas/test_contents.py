"""Files saved and looked at: as what, under which name, and never unseen by the audit."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.areas import service
from chalicelib.areas.contents import kind_of
from chalicelib.areas.model import OnTaken
from chalicelib.kernel.errors import NotFound
from tests.areas.scene import admin, send
from tests.faults.stored import audit_rows
from tests.support.world import World


def query(url: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


def actions(area: World) -> list[str]:
    return [row[1].action for row in audit_rows(area)]


def test_the_address_of_a_file_tells_its_kind_and_not_its_name(area: World) -> None:
    (node,) = send(area, {"手術 1.PDF": b"%PDF-1.7"})
    asked = query(service.download(admin(area), area.target_id, node.node_id))
    name = f"hokan-{node.node_id[-6:]}.pdf"
    assert asked["response-content-disposition"] == f'attachment; filename="{name}"'
    assert asked["response-content-type"] == "application/octet-stream"
    assert "download-file" in actions(area)


@pytest.mark.parametrize("name", ["notes", "a.山田", "a.yamada-taro"])
def test_an_ending_that_is_none_is_part_of_a_name(area: World, name: str) -> None:
    (node,) = send(area, {name: b"1"})
    asked = query(service.download(admin(area), area.target_id, node.node_id))
    assert asked["response-content-disposition"].endswith(f'="hokan-{node.node_id[-6:]}"')


def test_an_earlier_content_can_be_saved(deluxe: World) -> None:
    send(deluxe, {"a.txt": b"1"})
    (node,) = send(deluxe, {"a.txt": b"22"}, on_taken=OnTaken.REPLACE)
    now = service.download(admin(deluxe), deluxe.target_id, node.node_id)
    before = service.download(admin(deluxe), deluxe.target_id, node.node_id, version=1)
    assert urlsplit(now).path != urlsplit(before).path


def test_a_folder_is_no_file(area: World) -> None:
    (top,) = send(area, {"a/one.txt": b"1"})
    with pytest.raises(NotFound):
        service.download(admin(area), area.target_id, top.node_id)


@pytest.mark.parametrize(
    ("start", "kind", "media"),
    [
        (b"\xff\xd8\xff\xe0", "image", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image", "image/png"),
        (b"GIF89a", "image", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image", "image/webp"),
        (b"%PDF-1.7", "pdf", "application/pdf"),
        ("日本語".encode()[:-1], "text", "text/plain; charset=utf-8"),
        (b"<html><script>alert(1)</script>", "text", "text/plain; charset=utf-8"),
        (b"<svg xmlns=", "text", "text/plain; charset=utf-8"),
        (b"PK\x03\x04", "none", ""),
        (b"", "none", ""),
    ],
)
def test_a_file_is_shown_as_what_its_bytes_are(start: bytes, kind: str, media: str) -> None:
    assert kind_of(start, len(start)) == (kind, media)


def test_a_page_of_html_is_shown_as_its_text(area: World) -> None:
    (node,) = send(area, {"a.html": b"<script>alert(1)</script>"})
    shown = service.preview(admin(area), area.target_id, node.node_id)
    assert query(str(shown.url))["response-content-type"] == "text/plain; charset=utf-8"
    assert "preview-file" in actions(area)


def test_what_cannot_be_shown_has_no_address(area: World) -> None:
    (node,) = send(area, {"a.zip": b"PK\x03\x04\0"})
    shown = service.preview(admin(area), area.target_id, node.node_id)
    assert (shown.kind, shown.url) == ("none", None)
