"""Pictures on the packaged stack: by its function and role, with the decoders of its zip."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility, founded, with_display_tool
from tests.journeys.test_agent_run import until
from tests.pictures.scene import a_dicom, a_file, encapsulated

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

RED = Image.new("RGB", (640, 480), (200, 20, 20))
FILES = {
    "E-1/IMG0001.JPG": a_file(RED, "JPEG"),
    "E-1/IMG0002.dcm": a_dicom(bytes(range(64)), rows=8, columns=8),
    "E-1/IMG0003.dcm": encapsulated(
        a_file(RED, "JPEG2000", no_jp2=True), syntax=b"1.2.840.10008.1.2.4.90"
    ),
}


def pictures(facility: Facility) -> dict[str, bytes]:
    """Return what the derived bucket has of the facility's target, by key."""
    s3: Any = facility.stack.engine.session().client("s3")
    bucket = facility.stack.outputs["DerivedBucketName"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"p/{facility.target_id}/")
    keys = [each["Key"] for each in listed.get("Contents", ())]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def has_a_cover(facility: Facility) -> bool:
    path = f"/targets/{facility.target_id}/examinations"
    return any(each["cover"] for each in facility.admin.get(path)["items"])


def test_a_backup_ends_with_pictures_of_what_it_brought(stack: LocalStack, tmp_path: Path) -> None:
    facility = founded(stack, tmp_path / "agents", 10**7)
    with_display_tool(facility)
    for name, body in FILES.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(body)
    assert facility.agent.backup(tmp_path / "folder", "--target", facility.target_id).code == 0
    has_cover: Callable[[], bool] = partial(has_a_cover, facility)
    until(has_cover)
    made = pictures(facility)
    assert len(made) == 2 * len(FILES)
    sizes = {Image.open(io.BytesIO(body)).size for key, body in made.items() if "view" in key}
    assert sizes == {(640, 480), (8, 8)}
