"""What is fetched and compiled: once, held to its digest, and with a word when it cannot be."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from infra import assets
from infra.assets import AXE, DESIGN_TOKENS, ROOT, TOKENS, AssetError


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A place where nothing has been fetched or compiled, and no npm."""
    monkeypatch.setattr(assets, "TOKENS", tmp_path / "tokens.css")
    monkeypatch.setattr(assets, "DOWNLOADS", tmp_path / "npm")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_tokens_say_where_they_are_from() -> None:
    first_line = TOKENS.read_text().splitlines()[0]
    assert first_line == "/* @digital-go-jp/design-tokens 1.1.9, Digital Agency, MIT */"


def test_nothing_is_fetched_that_is_there(nowhere: Path) -> None:
    (nowhere / "tokens.css").write_text(TOKENS.read_text())
    assets.make_tokens()


def test_another_version_is_fetched(nowhere: Path) -> None:
    (nowhere / "tokens.css").write_text("/* @digital-go-jp/design-tokens 1.0.0 */\n")
    with pytest.raises(AssetError):
        assets.make_tokens()


@pytest.mark.usefixtures("nowhere")
def test_a_machine_without_npm_is_told_what_is_missing() -> None:
    with pytest.raises(AssetError, match="npm is missing"):
        assets.make_tokens()


def test_a_package_that_was_changed_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    npm = tmp_path / "npm"
    npm.write_text('#!/bin/sh\necho other > "$4/package.tgz"\n')
    npm.chmod(0o755)
    monkeypatch.setattr(assets, "DOWNLOADS", tmp_path / "kept")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(AssetError, match="is not what it was"):
        assets.fetched(dataclasses.replace(AXE), "package/axe.min.js")
    assert not (tmp_path / "kept").exists()


def test_what_npm_says_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no network >&2; exit 1\n")
    npm.chmod(0o755)
    monkeypatch.setattr(assets, "DOWNLOADS", tmp_path / "kept")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(AssetError, match=f"cannot fetch {DESIGN_TOKENS.name}.*\n.*no network"):
        assets.fetched(DESIGN_TOKENS, "package/dist/tokens-simple.css")


def test_nothing_that_is_made_is_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"chalicelib/web/static/tokens.css", "*.mo", "build/"} <= set(ignored)
