"""What a browser fetches for a page of the album full of pictures."""

from __future__ import annotations

import gzip
import re
from html import unescape

from chalicelib.album.model import A_PAGE
from tests.album.scene import with_tool
from tests.album.test_album_pages import ALBUM, doctor
from tests.pictures.making import deliver_all, picture_at
from tests.pictures.stills import a_still
from tests.support.canary import CANARY
from tests.support.visitor import Visitor
from tests.support.world import World, an_entry

MOST_BYTES = 350_000
DRAWN = 8  # pictures; what follows the end of each makes a file of its own of it
SMALL = (640, 512)  # quicker to make, and of as large a thumb


def full(world: World) -> None:
    """Back up as many examinations as a page shows, a picture each, and have those made."""
    with_tool(world)
    drawn = [a_still(number, SMALL) for number in range(DRAWN)]
    stills = {f"E-{number}": drawn[number % DRAWN] + bytes([number]) for number in range(A_PAGE)}
    batch_id = world.open_batch()
    answers = world.chunk(
        batch_id,
        0,
        {
            "examinations": [{"id": each, "patient": CANARY, "kind": "EGD"} for each in stills],
            "entries": [an_entry(f"{each}/1.JPG", body, each) for each, body in stills.items()],
        },
    )
    for answer, body in zip(answers, stills.values(), strict=True):
        world.put_object(answer["sha256"], body)
        world.arrived(answer["sha256"])
    world.finish(batch_id)
    deliver_all(world)


def fetched(visitor: Visitor, address: str) -> int:
    """Return how many bytes of *address* are on the wire."""
    if address.startswith("/"):
        return len(gzip.compress(visitor.get(address).text.encode()))
    return len(picture_at(unescape(address)))


def test_a_page_of_forty_pictures_is_light(world: World) -> None:
    full(world)
    visitor = doctor(world)
    page = visitor.get(ALBUM).text
    pictures = re.findall(r'<img src="([^"]+)"', page)
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(pictures) == A_PAGE
    told = {
        "page": len(gzip.compress(page.encode())),
        "style, script, icon": sum(fetched(visitor, each) for each in files),
        "pictures": sum(fetched(visitor, each) for each in pictures),
    }
    assert sum(told.values()) <= MOST_BYTES, told
