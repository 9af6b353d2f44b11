"""Real viewers on the packaged stack: OHIF in Chromium, and dicomweb-client."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pydicom
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from playwright.sync_api import Page

from infra.local.people import pool_of
from tests.dicomweb.scene import shipped, uids_of
from tests.dicomweb.sending import MEDIA, in_parts
from tests.journeys.conftest import Facility, Founding, with_display_tool
from tests.support.chromium import SCREENSHOTS, chromium
from tests.support.ohif import Answer, beside

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

FILM, STILL, NAMED, LARGE = (
    "examples_ybr_color.dcm",  # 30 frames of JPEG
    "CT_small.dcm",
    "chrH32.dcm",  # names in ISO 2022 IR 13 and IR 87
    "RG1_UNCR.dcm",  # 7 MB: more than one answer holds
)
FILES = (FILM, STILL, NAMED, LARGE)
PATIENCE_SECONDS = 180
SOFTWARE = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


@pytest.fixture
def viewed(found: Founding, tmp_path: Path) -> Facility:
    """A facility with a display tool, whose DICOM files have been backed up and made ready."""
    facility = found(40 * 10**6)
    with_display_tool(facility)
    folder = tmp_path / "store"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes(shipped(name))
    assert facility.agent.backup(folder, "--target", facility.target_id).code == 0
    client = client_of(facility)
    until(lambda: len(client.search_for_studies()) == len(FILES))
    return facility


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def root_of(facility: Facility) -> str:
    """Return where the facility's studies are, by number: not every resolver knows the name."""
    api = urlsplit(facility.stack.api_url)
    return f"http://127.0.0.1:{api.port}{api.path}/dicom-web/targets/{facility.target_id}"


def headers_of(facility: Facility) -> dict[str, str]:
    host = urlsplit(facility.stack.api_url).netloc
    return {"Authorization": f"Bearer {facility.admin.session}", "Host": host}


def client_of(facility: Facility) -> DICOMwebClient:
    def signed(asked: requests.PreparedRequest) -> requests.PreparedRequest:
        asked.headers.update(headers_of(facility))  # last: the client names its own host
        return asked

    session = requests.Session()
    session.auth = signed
    return DICOMwebClient(url=root_of(facility), session=session)


def test_dicomweb_client_finds_and_reads_what_was_stored(viewed: Facility) -> None:
    client, film = client_of(viewed), uids_of(FILM)
    names = (film["study"], film["series"], film["instance"])

    (yamada,) = client.search_for_studies(search_filters={"PatientName": "*たろう"})
    assert yamada["00100010"]["Value"][0]["Ideographic"] == "山田^太郎"
    assert len(client.search_for_studies(get_remaining=True, limit=1)) == len(FILES)
    (series,) = client.search_for_series(names[0])
    assert series["0020000E"]["Value"] == [names[1]]
    (header,) = client.retrieve_series_metadata(*names[:2])
    assert header["00280008"]["Value"] == [30]
    frames = client.retrieve_instance_frames(*names, frame_numbers=[1, 30])
    assert [each[:3] for each in frames] == [b"\xff\xd8\xff"] * 2
    assert client.retrieve_instance_rendered(*names, media_types=("image/jpeg",))[:2] == b"\xff\xd8"
    read = client.retrieve_instance(*names)
    assert read.PixelData == pydicom.dcmread(io.BytesIO(shipped(FILM))).PixelData
    still = uids_of(STILL)
    (whole,) = client.retrieve_series(still["study"], still["series"])
    assert whole.SOPInstanceUID == uids_of(STILL)["instance"]


def test_dicomweb_client_stores_and_finds_what_it_stored(found: Founding) -> None:
    facility = found(40 * 10**6)
    with_display_tool(facility)
    client, still = client_of(facility), uids_of(STILL)
    sent = [pydicom.dcmread(io.BytesIO(shipped(name))) for name in (STILL, NAMED)]

    for _ in range(2):  # an answer may be lost
        answer = client.store_instances(sent)
        assert {each.ReferencedSOPInstanceUID for each in answer.ReferencedSOPSequence} == {
            each.SOPInstanceUID for each in sent
        }
        assert "FailedSOPSequence" not in answer
    until(lambda: len(client.search_for_studies()) == len(sent))
    read = client.retrieve_instance(still["study"], still["series"], still["instance"])
    assert read.PixelData == sent[0].PixelData
    refused = client.store_instances(sent, study_instance_uid=still["study"])
    assert [each.FailureReason for each in refused.FailedSOPSequence] == [0xA900]


def test_more_than_a_request_holds_is_told_how_to_send(found: Founding) -> None:
    facility = found(40 * 10**6)
    headers = {**headers_of(facility), "Content-Type": MEDIA}
    body = in_parts(shipped(LARGE))

    answer = requests.post(f"{root_of(facility)}/studies", headers=headers, data=body, timeout=60)

    assert answer.status_code == 413
    assert "hokan-agent" in answer.json()["detail"]


def test_a_large_file_is_fetched_from_where_it_is(viewed: Facility) -> None:
    path = "{study}/series/{series}/instances/{instance}".format(**uids_of(LARGE))
    headers = {**headers_of(viewed), "Accept": "application/dicom"}

    answer = requests.get(
        f"{root_of(viewed)}/studies/{path}", headers=headers, timeout=60, allow_redirects=False
    )

    assert answer.status_code == 307
    there = urlsplit(answer.headers["Location"])
    body = pool_of(there.geturl()).request("GET", f"{there.path}?{there.query}").data
    assert body == shipped(LARGE)


def test_ohif_lists_studies_and_opens_one(viewed: Facility) -> None:
    root = f"{urlsplit(root_of(viewed)).path}/studies"
    study = uids_of(FILM)["study"]
    with (
        beside(service_of(viewed), root, viewed.admin.session) as viewer,
        chromium(*SOFTWARE) as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(viewer.url)
        page.get_by_text("CompressedSamples, CT1").wait_for(timeout=PATIENCE_SECONDS * 1000)
        photographed(page, "ohif-list")
        page.goto(f"{viewer.url}/viewer?StudyInstanceUIDs={study}")
        until(
            lambda: asked_for(viewer.asked, "/frames/1") and asked_for(viewer.asked, "/thumbnail")
        )
        page.get_by_text("(1/30)").wait_for(timeout=PATIENCE_SECONDS * 1000)
        photographed(page, "ohif-viewer")
        assert is_drawn(page)

    assert {status for status, _ in viewer.asked} <= {200, 307}
    assert asked_for(viewer.asked, "/series?")
    assert asked_for(viewer.asked, "/metadata")


def service_of(facility: Facility) -> Callable[[str, dict[str, str]], Answer]:
    """Return what asks the stack as a reverse proxy would."""
    pool = pool_of(facility.stack.api_url)

    def ask(path: str, headers: dict[str, str]) -> Answer:
        own = {**headers, "Host": urlsplit(facility.stack.api_url).netloc}
        answer = pool.request("GET", path, headers=own, redirect=False)
        return answer.status, dict(answer.headers), answer.data

    return ask


def asked_for(asked: list[tuple[int, str]], part: str) -> bool:
    return any(part in path for _, path in asked)


def photographed(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def is_drawn(page: Page) -> bool:
    """Whether the viewport shows more than one colour."""
    shot = page.locator("canvas").first.screenshot()
    return len(Image.open(io.BytesIO(shot)).convert("L").getcolors(256) or [0] * 99) > 20
