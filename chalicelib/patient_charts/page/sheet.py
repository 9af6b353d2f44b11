"""What a patient chart shows, on a screen, on paper, in a file: all of them are made of this."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from chalicelib.charts.model import Chart
from chalicelib.patient_charts.model import Release


class Place(StrEnum):
    """Where the provider's name, contact and logo may appear (the provider decides)."""

    PAGE = "page"
    PRINT = "print"
    SLIP = "slip"
    LABEL = "label"


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    Who runs the service, as patients see it.

    Attributes:
        contact: How to reach them: lines of text.
        logo: A picture as a data: URL (PNG or JPEG, at most 20 KB), or nothing.
        places: Where the logo and the contact may appear; the name appears everywhere.
    """

    name: str
    contact: str = ""
    logo: str = ""
    places: tuple[Place, ...] = tuple(Place)


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """
    A picture of the examination.

    Attributes:
        number: Its number on the page, from 1 on, in the order the chart links them.
        sha256: Which file of the examination it is: a picture is never bound by its place.
        address: Where a browser gets it (data: or presigned https:); empty where there is none.
        why_not: Why there is none (a code as in pictures.model), or empty.
        note: What the doctor wrote beside it.
    """

    number: int
    sha256: str
    address: str
    why_not: str = ""
    note: str = ""
    width: int = 0
    height: int = 0


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        chart: The signed chart that *release* explains.
        patient_id, patient_name: As the facility writes them: leading zeros stay.
        examined_on, released_on: ISO dates at the facility.
        doctor: As the one who released it is known.
    """

    release: Release
    chart: Chart
    provider: Identity
    facility: str
    patient_id: str
    patient_name: str
    examined_on: str
    released_on: str
    doctor: str
    pictures: tuple[Picture, ...] = ()
