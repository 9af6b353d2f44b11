"""
For each handler: a world made ready for it, and how the outside calls it.

Routes that only read are here too: they write an audit row before they answer.

A story's *act* is what comes again after a crash: an agent's retry, a browser's second click, an
event delivered anew.  It may be refused then (the first time did it all); it may not break.
"""

from __future__ import annotations

from tests.faults.stories import (
    access,
    album,
    answers,
    archive,
    area_pages,
    areas,
    billing,
    capture_pages,
    captures,
    charts,
    contract_pages,
    contracts,
    desks,
    dicomweb,
    disc_pages,
    discs,
    exports,
    identity,
    inquiries,
    inquiry_desk_pages,
    inquiry_pages,
    job_pages,
    jobs,
    network,
    paper,
    patient_charts,
    patients,
    people,
    pictures,
    purges,
    queues,
    regions,
    slips,
    uploads,
)
from tests.faults.stories.telling import STORIES, Act, Prepare, calls, commands, in_hours, settle
from tests.faults.stories.uploads import BIG

__all__ = [
    "BIG",
    "STORIES",
    "Act",
    "Prepare",
    "access",
    "album",
    "answers",
    "archive",
    "area_pages",
    "areas",
    "billing",
    "calls",
    "capture_pages",
    "captures",
    "charts",
    "commands",
    "contract_pages",
    "contracts",
    "desks",
    "dicomweb",
    "disc_pages",
    "discs",
    "exports",
    "identity",
    "in_hours",
    "inquiries",
    "inquiry_desk_pages",
    "inquiry_pages",
    "job_pages",
    "jobs",
    "network",
    "paper",
    "patient_charts",
    "patients",
    "people",
    "pictures",
    "purges",
    "queues",
    "regions",
    "settle",
    "slips",
    "uploads",
]
