"""What is in another facility's area does not exist, whichever route or page asks for it."""

from __future__ import annotations

import pytest

from chalicelib.areas import service
from tests.access.test_matrix import PAGE_ROWS, ROWS, caller, visitor
from tests.areas.scene import admin, send
from tests.support.world import World, build

BODIES: dict[str, dict[str, object]] = {
    "/people/{person_id}": {"right": None},
    "/folders": {"name": "a"},
    "/rename": {"name": "a"},
    "/move": {"parent_id": "root"},
    "/shares": {"until": "2999-01-01T00:00:00Z"},
    "/chunks/{number}": {"entries": [{"path": "a", "size": 1, "sha256": "0" * 64}]},
    "/urls": {"sha256": ["0" * 64]},
    "/parts": {"parts": [{"number": 1, "size": 1, "sha256": "0" * 64}]},
}
OF_AREAS = [row for row in ROWS if row[1].startswith("/areas/")]
PAGES = [row for row in PAGE_ROWS if row[1].startswith("/portal/areas/")]
KINDS = ("admin", "doctor")


def ids_of(area: World) -> dict[str, str]:
    """Return real ids, one for each path parameter."""
    [folder, file] = send(area, {"a/a.txt": b"a", "b.txt": b"b"})
    who, until = admin(area), area.admin.get("/health")["service_time"][:4] + "-12-31T23:00:00Z"
    return {
        "target_id": area.target_id,
        "folder_id": folder.node_id,
        "node_id": file.node_id,
        "share_id": service.share(who, area.target_id, file.node_id, None, until).share_id,
        "batch_id": service.open_upload(who, area.target_id),
        "person_id": who.id,
        "number": "0",
        "sha256": "0" * 64,
    }


def test_there_are_rows_to_look_at() -> None:
    assert len(OF_AREAS) > 20
    assert len(PAGES) > 20


def test_what_is_in_anothers_area_does_not_exist(area: World) -> None:
    ids, other = ids_of(area), build(area.client)
    for method, path, *allowed in OF_AREAS:
        body = next((body for end, body in BODIES.items() if path.endswith(end)), {})
        for kind in set(KINDS) & set(allowed):
            answer = caller(other, kind).call(method, path.format(**ids), body)
            assert answer.status_code == 404, (kind, method, path, answer.body)


def test_the_pages_of_anothers_area_do_not_exist(area: World) -> None:
    ids, other = ids_of(area), build(area.client)
    for method, path, *allowed in PAGES:
        for kind in set(KINDS) & set(allowed):
            somebody, asked = visitor(other, kind, method), path.format(**ids)
            answer = somebody.submit(asked) if method == "POST" else somebody.get(asked)
            assert answer.status == 404, (kind, method, path, answer.status)


@pytest.mark.parametrize("row", [row for row in PAGES if row[0] == "GET"], ids=lambda row: row[1])
def test_its_owner_does_get_what_others_do_not(area: World, row: tuple[str, ...]) -> None:
    asked = row[1].format(**ids_of(area))
    assert visitor(area, "admin", "GET").get(asked).status == 200
