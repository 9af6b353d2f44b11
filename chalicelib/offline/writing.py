"""A page of the album: a template filled, with the links that lead through the folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.access import store as access_store
from chalicelib.charts.documents import local
from chalicelib.offline import names
from chalicelib.offline.model import Named, Wanted
from chalicelib.web import pages

# A page from a disc has no origin: by the standard 'self' is nothing there.
BESIDE = "'self' file:"
POLICY = (
    f"default-src 'none'; img-src {BESIDE}; style-src {BESIDE}; script-src {BESIDE}; "
    "form-action 'none'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class Writer:
    """
    What all pages of an album say.

    Attributes:
        as_of: The moment it is of, local to the facility.
    """

    facility: str
    as_of: datetime
    language: str

    def page(self, name: str, template: str, **values: Any) -> Named:
        """Return *template* filled, as the file *name*."""
        up = names.up_from(name)
        reader = pages.Reader(self.language, prefix="", here="")
        own = {
            "facility": self.facility,
            "as_of": self.as_of,
            "policy": POLICY,
            "names": names,
            "to": lambda place: names.link(place, up),
            "up": up,
        }
        written = pages.written(reader, f"offline/{template}", **own, **values)
        return name, written.encode()


def writer(wanted: Wanted) -> Writer:
    """Return what writes the pages of the album *wanted*; raises NotFound without a facility."""
    return Writer(
        facility=access_store.facility_name(wanted.facility_id),
        as_of=local(wanted.facility_id, wanted.as_of),
        language=wanted.language,
    )
