"""What each command says of itself."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from hokan_agent.__main__ import parser
from hokan_agent.commands import COMMANDS, command

EXAMPLES = [each for name in COMMANDS for each in command(name).EXAMPLES]


def words_of(example: str, folder: Path) -> list[str]:
    """Return an example's words after the program's name, its folders being one that is there."""
    words = shlex.split(example.removeprefix("sudo "))
    assert words[0] == "hokan-agent"
    return [str(folder) if word.startswith("/") else word for word in words[1:]]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_command_that_is_taken(example: str, tmp_path: Path) -> None:
    parser().parse_args(words_of(example, tmp_path))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_examples_of_itself(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([name, "--help"])
    shown = capsys.readouterr().out
    examples = command(name).EXAMPLES
    assert examples
    assert all(f"hokan-agent {name}" in each for each in examples)
    assert all(f"\n  {each}\n" in shown for each in examples)


def test_every_command_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "agent" / "README.md").read_text()
    assert [name for name in COMMANDS if f"| `{name}" not in readme] == []
