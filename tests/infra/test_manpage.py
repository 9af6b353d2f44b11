"""hokan-agent(1), as `make agent` writes it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from infra.manpage import _escaped, commands, help_of, page

MACROS = {".TH", ".SH", ".SS", ".B", ".nf", ".fi"}


def rendered() -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", "-rLL=100n"],
        input=page().encode(),
        capture_output=True,
        check=True,
    )


def test_every_request_is_one_of_the_man_macros() -> None:
    requests = {line.split()[0] for line in page().splitlines() if line.startswith((".", "'"))}
    assert requests == MACROS


@pytest.mark.parametrize(
    ("text", "escaped"), [("--quiet", r"\-\-quiet"), (".nf", r"\&.nf"), ("\\", r"\e")]
)
def test_text_is_no_request_and_hyphens_can_be_typed(text: str, escaped: str) -> None:
    assert _escaped(text) == escaped


def test_every_filled_stretch_begins_again() -> None:
    opened = re.findall(r"^\.(nf|fi)$", page(), re.MULTILINE)
    assert opened == ["nf", "fi"] * (len(opened) // 2)


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
def test_it_renders_without_a_warning() -> None:
    assert rendered().stderr == b""


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
@pytest.mark.parametrize("names", commands(), ids=" ".join)
def test_what_a_command_says_of_itself_is_on_it(names: tuple[str, ...]) -> None:
    said = [line.strip() for line in help_of(*names).splitlines()]
    shown = [line.strip() for line in rendered().stdout.decode().splitlines()]
    assert [line for line in said if line not in shown] == []
