"""The layer that sets documents: what is in it, and that it is made of its sources alone."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from infra import layer
from infra.layer import LayerError, make_layer

# One worker packages, and only where the packaged stack runs: it takes most of a minute.
pytestmark = [pytest.mark.xdist_group("package"), pytest.mark.journey]


def test_the_layer_holds_typst_and_its_font_with_their_licences() -> None:
    with zipfile.ZipFile(make_layer().zip) as packed:
        names = packed.namelist()
    assert {name.partition("/")[0] for name in names} == {"python"}
    for wanted in ("typst/__init__.py", "NotoSansCJKjp-Regular.otf"):
        assert any(name.endswith(wanted) for name in names), wanted
    assert sum(name.endswith("/LICENSE") for name in names) == 2


def test_the_same_sources_make_the_same_layer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(layer, "LAYERS", tmp_path)
    anew = make_layer()
    monkeypatch.undo()
    kept = make_layer()
    assert anew.key == kept.key
    assert anew.zip.read_bytes() == kept.zip.read_bytes()


def test_what_pip_says_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = tmp_path / "requirements.txt"
    wrong.write_text("no such requirement\n")
    monkeypatch.setattr(layer, "REQUIREMENTS", wrong)
    monkeypatch.setattr(layer, "LAYERS", tmp_path)
    with pytest.raises(LayerError, match=r"pip cannot install requirements\.txt"):
        make_layer()
    assert list(tmp_path.glob("*.zip")) == []
