"""
`make openapi`: write docs/api/openapi.json, the description of the JSON interface, from the code.

A running service answers the same at `GET /openapi.json`.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

from infra.build import NOWHERE, ROOT
from infra.template import REGION, function_environment, resolver_of

DOCUMENT = ROOT / "docs" / "api" / "openapi.json"


def written() -> str:
    """Return the description as the document holds it; the application has to be imported."""
    from chalicelib.access.description import description

    return json.dumps(description(), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the document."""
    settings = function_environment(resolver_of("dev", NOWHERE))
    os.environ |= settings | {"AWS_DEFAULT_REGION": REGION}  # app.py demands them, as in Lambda
    import_module("app")
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(written(), encoding="utf-8")
    print(DOCUMENT.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
