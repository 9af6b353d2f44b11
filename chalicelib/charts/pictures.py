"""How a picture that a chart links is shown: by the names its files have in the examination."""

from __future__ import annotations

from chalicelib.archive.model import Examination
from chalicelib.archive.selecting import newest_files
from chalicelib.archive.store import examinations

# What a chart can link; a sidecar beside them is no picture.
NOT_PICTURES = (".json", ".csv", ".txt", ".xml")


def names(examination: Examination) -> dict[str, str]:
    """Return the file name of each picture of the examination, by SHA-256, in order of names."""
    parts = examinations.parts(examination.target_id, examination.examination_id)
    files = newest_files(parts, as_of=None)
    return {
        each.sha256: each.path.rpartition("/")[2]
        for each in files
        if not each.path.lower().endswith(NOT_PICTURES)
    }
