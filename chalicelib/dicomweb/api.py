"""DICOMweb over HTTP: QIDO-RS and WADO-RS (PS3.18, chapters 10.4 and 10.6)."""

from __future__ import annotations

import msgspec

from chalicelib import buckets
from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.dicomweb import opening, pixels, searching
from chalicelib.dicomweb.accepting import (
    in_parts,
    of_frames,
    of_picture,
    require_file,
    require_one_of,
    takes_parts,
)
from chalicelib.dicomweb.dataset import Dataset
from chalicelib.dicomweb.large import MOST_BYTES, sent_elsewhere
from chalicelib.dicomweb.model import Instance
from chalicelib.dicomweb.query import Query, parsed
from chalicelib.dicomweb.searching import Found
from chalicelib.kernel.errors import Invalid, TooLarge
from chalicelib.web.routes import Asked, Sent

JSON = "application/dicom+json"
FILE = "application/dicom"
PARTS = "multipart/related"
PICTURES = ("image/jpeg", "image/png", "image/webp")
BINARY = [FILE, PARTS, *PICTURES]
MOST_FRAMES = 100
THUMB_PIXELS = 256

STUDIES = "/dicom-web/targets/{target_id}/studies"
STUDY = STUDIES + "/{study}"
SERIES = STUDY + "/series/{series}"
INSTANCE = SERIES + "/instances/{instance}"

routes = GuardedRoutes(__name__)


# --- searching (QIDO-RS) -----------------------------------------------------------------------


@routes.sending("GET", STUDIES, Operation.READ_DICOM, media=(JSON,), problems=(422,))
def search_studies(caller: Caller, target_id: str, asked: Asked) -> Sent:
    """Search the studies of a target."""
    query, base = _query(asked), _base(asked, target_id)
    return _found(asked, searching.studies(caller, target_id, query, base))


@routes.sending("GET", STUDY + "/series", Operation.READ_DICOM, media=(JSON,), problems=(422,))
def search_series(caller: Caller, target_id: str, study: str, asked: Asked) -> Sent:
    """Search the series of a study."""
    query, base = _query(asked), _base(asked, target_id)
    return _found(asked, searching.series(caller, target_id, study, query, base))


@routes.sending("GET", STUDY + "/instances", Operation.READ_DICOM, media=(JSON,), problems=(422,))
def search_study(caller: Caller, target_id: str, study: str, asked: Asked) -> Sent:
    """Search the instances of a study."""
    query, base = _query(asked), _base(asked, target_id)
    return _found(asked, searching.instances(caller, target_id, study, None, query, base))


@routes.sending("GET", SERIES + "/instances", Operation.READ_DICOM, media=(JSON,), problems=(422,))
def search_instances(caller: Caller, target_id: str, study: str, series: str, asked: Asked) -> Sent:
    """Search the instances of a series."""
    query, base = _query(asked), _base(asked, target_id)
    return _found(asked, searching.instances(caller, target_id, study, series, query, base))


# --- reading (WADO-RS) -------------------------------------------------------------------------


@routes.sending("GET", STUDY + "/metadata", Operation.READ_DICOM, media=(JSON,))
def study_metadata(caller: Caller, target_id: str, study: str, asked: Asked) -> Sent:
    """Answer the headers of a study's instances."""
    return _json(asked, [each.header for each in opening.instances(caller, target_id, study)])


@routes.sending("GET", SERIES + "/metadata", Operation.READ_DICOM, media=(JSON,))
def series_metadata(caller: Caller, target_id: str, study: str, series: str, asked: Asked) -> Sent:
    """Answer the headers of a series' instances."""
    found = opening.instances(caller, target_id, study, series)
    return _json(asked, [each.header for each in found])


@routes.sending("GET", INSTANCE + "/metadata", Operation.READ_DICOM, media=(JSON,))
def instance_metadata(
    caller: Caller, target_id: str, study: str, series: str, instance: str, asked: Asked
) -> Sent:
    """Answer the header of an instance."""
    found = opening.instance(caller, target_id, study, series, instance)
    return _json(asked, [found.header])


@routes.sending("GET", STUDY, Operation.READ_DICOM, media=(PARTS,), problems=(406, 413))
def retrieve_study(caller: Caller, target_id: str, study: str, asked: Asked) -> Sent:
    """Answer the files of a small study."""
    return _files(target_id, opening.instances(caller, target_id, study), asked)


@routes.sending("GET", SERIES, Operation.READ_DICOM, media=(PARTS,), problems=(406, 413))
def retrieve_series(caller: Caller, target_id: str, study: str, series: str, asked: Asked) -> Sent:
    """Answer the files of a small series."""
    return _files(target_id, opening.instances(caller, target_id, study, series), asked)


@routes.sending("GET", INSTANCE, Operation.READ_DICOM, media=(FILE, PARTS), problems=(406,))
def retrieve_instance(
    caller: Caller, target_id: str, study: str, series: str, instance: str, asked: Asked
) -> Sent:
    """Answer a file, bit for bit as it was stored; a large one by a redirection to it."""
    found = opening.instance(caller, target_id, study, series, instance)
    if takes_parts(asked.accepts) and found.size_bytes <= MOST_BYTES:
        return _files(target_id, [found], asked)
    key = buckets.object_key(target_id, found.sha256)
    return Sent(b"", FILE, {"Location": buckets.signed_get(key, FILE).url}, 307)


@routes.sending(
    "GET", INSTANCE + "/frames/{frames}", Operation.READ_DICOM, media=(PARTS,), problems=(406, 409)
)
def retrieve_frames(
    caller: Caller,
    target_id: str,
    study: str,
    series: str,
    instance: str,
    frames: str,
    asked: Asked,
) -> Sent:
    """Answer frames as they were stored; large ones by a redirection to them."""
    found = opening.instance(caller, target_id, study, series, instance)
    syntax = pixels.syntax_of(found)
    media = of_frames(asked.accepts, syntax)
    read = pixels.frames(target_id, found, _numbers(frames))
    body, whole = in_parts(((f"{media}; transfer-syntax={syntax}", each) for each in read), media)
    if len(body) > MOST_BYTES:
        return sent_elsewhere(target_id, found.sha256, frames, body, whole)
    return Sent(body, whole)


@routes.sending(
    "GET", INSTANCE + "/rendered", Operation.READ_DICOM, media=PICTURES, problems=(406, 409, 422)
)
def render_instance(
    caller: Caller, target_id: str, study: str, series: str, instance: str, asked: Asked
) -> Sent:
    """Answer an instance's first frame as a picture anybody can show."""
    found = opening.instance(caller, target_id, study, series, instance)
    return _picture(target_id, found, 1, asked, pixels.MOST_PIXELS)


@routes.sending(
    "GET",
    INSTANCE + "/frames/{frames}/rendered",
    Operation.READ_DICOM,
    media=PICTURES,
    problems=(406, 409, 422),
)
def render_frame(
    caller: Caller,
    target_id: str,
    study: str,
    series: str,
    instance: str,
    frames: str,
    asked: Asked,
) -> Sent:
    """Answer one frame as a picture anybody can show."""
    found = opening.instance(caller, target_id, study, series, instance)
    return _picture(target_id, found, _numbers(frames)[0], asked, pixels.MOST_PIXELS)


@routes.sending(
    "GET", INSTANCE + "/thumbnail", Operation.READ_DICOM, media=PICTURES, problems=(406, 409, 422)
)
def show_thumbnail(
    caller: Caller, target_id: str, study: str, series: str, instance: str, asked: Asked
) -> Sent:
    """Answer an instance as a small picture."""
    found = opening.instance(caller, target_id, study, series, instance)
    return _picture(target_id, found, 1, asked, THUMB_PIXELS)


# --- pieces ------------------------------------------------------------------------------------


def _query(asked: Asked) -> Query:
    return parsed(asked.query)


def _base(asked: Asked, target_id: str) -> str:
    return asked.address + STUDIES.replace("{target_id}", target_id)


def _found(asked: Asked, found: Found) -> Sent:
    """Answer a page of a search; say so where it may not be all there is (PS3.18, 8.3.4.4)."""
    warning = {"Warning": '299 hokan: "There may be more; narrow the search."'}
    return _json(asked, found.data_sets, warning if found.is_cut else {})


def _json(asked: Asked, found: list[Dataset], headers: dict[str, str] | None = None) -> Sent:
    require_one_of(asked.accepts, JSON, "application/json")
    return Sent(msgspec.json.encode(found).decode(), JSON, headers or {})


def _files(target_id: str, found: list[Instance], asked: Asked) -> Sent:
    """Answer whole files in parts, as many as one answer holds."""
    require_file(asked.accepts, {each.syntax for each in found})
    if sum(each.size_bytes for each in found) > MOST_BYTES:
        raise TooLarge(
            f"these {len(found)} files are more than one answer holds: retrieve them one by one,"
            " each is answered by a redirection to it"
        )
    parts = ((FILE, buckets.read(buckets.object_key(target_id, each.sha256))) for each in found)
    body, whole = in_parts(parts, FILE)
    return Sent(body, whole)


def _picture(target_id: str, found: Instance, number: int, asked: Asked, longest: int) -> Sent:
    media = of_picture(asked.accepts)
    size = pixels.viewport(dict(asked.query).get("viewport", ""), longest)
    return Sent(pixels.picture(target_id, found, number, media, size), media)


def _numbers(written: str) -> list[int]:
    """
    Read a list of frames, counted from 1; raises Invalid.

    >>> _numbers("1,3")
    [1, 3]
    """
    numbers = written.split(",")
    if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in numbers):
        raise Invalid("frames are numbers from 1 on, with commas between them", code="bad-query")
    if len(numbers) > MOST_FRAMES:
        raise TooLarge(f"ask for {MOST_FRAMES} frames at most")
    return [int(each) for each in numbers]
