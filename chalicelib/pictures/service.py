"""Asking for pictures, and showing those there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from chalicelib import buckets, queues
from chalicelib.archive import manifest as manifests
from chalicelib.archive.manifest import ManifestEntry
from chalicelib.buckets import derived
from chalicelib.pictures import store
from chalicelib.pictures.model import Picture, Reason, Rendition
from chalicelib.settings import settings

MOST_WANTED = 100  # a message
NO_EXAMINATION = ""


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    What the queue carries: digests and random ids, nothing about anybody.

    Attributes:
        manifest: The key of a batch's manifest: all that it names is wanted.
        part: Of the manifest, only this MOST_WANTED of its entries, which are also in *wanted*.
        wanted: So many digests, by examination (or NO_EXAMINATION).
        anew: Make them also where they have been made.
    """

    target_id: str
    manifest: str = ""
    part: int | None = None
    wanted: dict[str, list[str]] = {}
    anew: bool = False


class Shown(msgspec.Struct, frozen=True):
    """
    The pictures of one object for somebody who looks.

    Attributes:
        picture: What is known of them; None while they are being made.
        urls: Of each rendition there is, for some minutes.
    """

    picture: Picture | None = None
    urls: dict[Rendition, str] = msgspec.field(default_factory=dict)

    @property
    def is_being_made(self) -> bool:
        return self.picture is None

    @property
    def reason(self) -> Reason | None:
        """Why there are none."""
        return self.picture.reason if self.picture else None


def shown(target_id: str, digests: Iterable[str]) -> dict[str, Shown]:
    """
    Return the pictures of stored objects by SHA-256, and have those made that nobody has made yet.

    The caller has made sure that the target is the reader's, and committed the audit row.
    """
    asked = list(dict.fromkeys(digests))
    known = store.of(target_id, asked)
    wanted(target_id, [each for each in asked if each not in known])
    return {each: _shown(target_id, known.get(each)) for each in asked}


def _shown(target_id: str, picture: Picture | None) -> Shown:
    if picture is None:
        return Shown()
    return Shown(
        picture,
        {name: derived.signed_picture(target_id, picture.sha256, name) for name in picture.sizes},
    )


def wanted(target_id: str, digests: Iterable[str], examination_id: str = NO_EXAMINATION) -> None:
    """Ask for the pictures of *digests*; asking twice makes them once."""
    left = iter(digests)
    while some := list(islice(left, MOST_WANTED)):
        send(Message(target_id=target_id, wanted={examination_id: some}))


def batch_wanted(target_id: str, manifest_key: str, *, anew: bool = False) -> None:
    """Ask for the pictures of all that a manifest names: one message, however much that is."""
    send(Message(target_id=target_id, manifest=manifest_key, anew=anew))


def divide(message: Message) -> None:
    """Send a message for each part of the manifest that *message* names."""
    for number, entries in enumerate(parts_of(message.manifest)):
        send(msgspec.structs.replace(message, part=number, wanted=_grouped(entries)))


def parts_of(manifest_key: str) -> Iterator[list[ManifestEntry]]:
    """Yield what a manifest names, MOST_WANTED entries at a time, always in the same order."""
    entries = manifests.decoded(buckets.read(manifest_key)).entries
    left = iter(sorted(entries, key=lambda each: (each.examination_id, each.path)))
    while some := list(islice(left, MOST_WANTED)):
        yield some


def _grouped(entries: Iterable[ManifestEntry]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for each in entries:
        grouped.setdefault(each.examination_id, []).append(each.sha256)
    return grouped


def send(message: Message) -> None:
    queues.send(settings().derive_queue, msgspec.json.encode(message).decode())
