"""Every file that pydicom and pydicom-data ship has pictures, or a named reason for having none."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.pictures.model import Reason, Rendition, State
from chalicelib.pictures.shrinking import THUMB_BYTES, THUMB_PIXELS, VIEW_PIXELS
from tests.pictures.scene import FILES, difference, named, opened, shipped

pytestmark = pytest.mark.xdist_group("shipped files")  # drawn once

UNSHOWN = {  # of those with pixels
    "GDCMJ2K_TextGBR.dcm": Reason.UNDECODABLE,  # OpenJPEG says it is broken; so did Orthanc's
    "JPEG-LL.dcm": Reason.UNSUPPORTED_PIXELS,  # JPEG of 16 bits
    "JPEG-lossy.dcm": Reason.UNSUPPORTED_PIXELS,  # of 12
    "JPEG2000-embedded-sequence-delimiter.dcm": Reason.TOO_LARGE,  # says its broken codestream
    "JPEGLSNearLossless_08.dcm": Reason.UNSUPPORTED_SYNTAX,
    "JPEGLSNearLossless_16.dcm": Reason.UNSUPPORTED_SYNTAX,
    "JPGExtended.dcm": Reason.UNSUPPORTED_PIXELS,
    "MR_small_jpeg_ls_lossless.dcm": Reason.UNSUPPORTED_SYNTAX,
    "MR_truncated.dcm": Reason.TRUNCATED,
    "SC_rgb_jls_lossy_line.dcm": Reason.UNSUPPORTED_SYNTAX,
    "SC_rgb_jls_lossy_sample.dcm": Reason.UNSUPPORTED_SYNTAX,
    "bad_sequence.dcm": Reason.UNSUPPORTED_PIXELS,  # JPEG of 12 bits, lossless
    "emri_small_jpeg_ls_lossless.dcm": Reason.UNSUPPORTED_SYNTAX,
}
CUT_BEFORE_ANY_PIXELS = {"rtplan_truncated.dcm"}
TOO_SHORT_FOR_PYDICOM = {"emri_small_jpeg_2k_lossless_too_short.dcm"}
SAME = {  # written otherwise, it is the same picture
    "SC_rgb.dcm": "SC_rgb_",
    "MR_small.dcm": "MR_small_",
    "OBXXXX1A.dcm": "OBXXXX1A_",
    "emri_small.dcm": "emri_small_",
    "liver.dcm": "liver_",
    "rtdose.dcm": "rtdose_",
    "US1_UNCR.dcm": "US1_",
    "RG1_UNCR.dcm": "RG1_",
    "MR2_UNCR.dcm": "MR2_",
    "gdcm-US-ALOKA-16.dcm": "gdcm-US-ALOKA-16_",
}
OTHER_PICTURES = ("SC_rgb_small", "SC_rgb_jpeg.", "SC_rgb_jpeg_app14", "SC_rgb_jpeg_dcmd")
AS_CAREFULLY_AS_CAN_BE_SEEN = 4.0  # of 255, in the mean: what compressing it twice does


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let pydicom warn as it likes: it is the oracle here, not the code under test."""
    monkeypatch.setattr(logging.getLogger("pydicom"), "disabled", True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def by_pydicom(path: Path) -> Any:
    import pydicom

    try:
        return pydicom.dcmread(path, force=True)
    except Exception:  # noqa: BLE001 - not DICOM, in many ways
        return {}


def has_pixels(path: Path) -> bool:
    dataset = by_pydicom(path)
    named = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
    is_described = "Rows" in dataset and any(each in dataset for each in named)
    return is_described or path.name in TOO_SHORT_FOR_PYDICOM


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_shipped_file_has_pictures_or_a_reason_to_have_none(path: Path) -> None:
    picture, files = shipped(path)
    if has_pixels(path):
        assert picture.reason == UNSHOWN.get(path.name)
    else:
        is_cut = path.name in CUT_BEFORE_ANY_PIXELS
        assert picture.reason == (Reason.TRUNCATED if is_cut else Reason.NO_PICTURE)
    assert (picture.state is State.MADE) == bool(files) == (picture.reason is None)


def test_how_many_have_pictures_and_why_the_others_have_none(
    record_property: Callable[[str, object], None],
) -> None:
    counts = Counter(str(shipped(path)[0].reason or "made") for path in FILES)
    record_property("pictures", dict(counts))
    assert counts == {
        "made": 160,
        "no-picture": 99,
        "unsupported-syntax": 6,
        "unsupported-pixels": 4,
        "truncated": 2,
        "too-large": 1,
        "undecodable": 1,
    }


def made() -> list[Path]:
    return [path for path in FILES if shipped(path)[1]]


def test_thumb_and_view_are_small_and_of_the_originals_shape() -> None:
    for path in made():
        is_small_and_of_its_shape(path)


def is_small_and_of_its_shape(path: Path) -> None:
    picture, files = shipped(path)
    assert len(files[Rendition.THUMB]) <= THUMB_BYTES, path
    for rendition, longest in ((Rendition.THUMB, THUMB_PIXELS), (Rendition.VIEW, VIEW_PIXELS)):
        image = opened(files, rendition)
        assert max(image.size) == min(longest, max(picture.width, picture.height)), path
        assert abs(image.width / image.height - picture.width / picture.height) < 0.02, path
    assert (Rendition.STRIP in files) == (picture.frames > 1), path


@pytest.mark.parametrize("plain", SAME)
def test_the_same_picture_in_another_syntax_looks_the_same(plain: str) -> None:
    expected = opened(shipped(named(plain))[1])
    others = [
        path
        for path in made()
        if path.name.startswith(SAME[plain]) and not path.name.startswith(OTHER_PICTURES)
    ]
    differences = {each.name: difference(expected, opened(shipped(each)[1])) for each in others}
    assert others
    assert {name: by for name, by in differences.items() if by > AS_CAREFULLY_AS_CAN_BE_SEEN} == {}


def test_red_is_red_and_green_is_green() -> None:
    """SC_rgb.dcm: bars of red, light red, green, ..., from above."""
    view = opened(shipped(named("SC_rgb.dcm"))[1])
    for row, expected in ((5, (255, 0, 0)), (25, (0, 255, 0)), (45, (0, 0, 255))):
        seen = view.getpixel((50, row))
        assert isinstance(seen, tuple)
        assert all(abs(each - other) < 12 for each, other in zip(seen, expected, strict=True))
