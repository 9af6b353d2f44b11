"""The job that operations.md describes runs the command there is, with what the project needs."""

from __future__ import annotations

import json
import re
from pathlib import Path

from infra import media

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text()


def job() -> dict[str, object]:
    """Return the job definition, which stands there as it is given to AWS."""
    lines = TEXT[TEXT.index('       {\n         "jobDefinitionName"') :].split("\n\n")[0]
    return dict(json.loads(lines))


def test_the_job_gives_the_command_an_order() -> None:
    entry = re.search(r"ENTRYPOINT (\[.*\])", TEXT)
    assert entry
    container = job()["containerProperties"]
    assert isinstance(container, dict)
    *_, module, option = json.loads(entry[1])
    asked = media._parser().parse_args([option, *container["command"]])
    assert (module, asked.order) == (media.__name__, "Ref::order")
    assert job()["parameters"] == {"order": ""}


def test_the_image_has_the_chalice_that_packages_the_functions() -> None:
    pinned = re.search(
        r"^(chalice==\S+)", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE
    )
    assert pinned
    assert f"-r requirements.txt {pinned[1]}\n" in TEXT
