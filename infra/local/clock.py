"""`make clock DAYS=31`: move the clock of the running local stack, for demos and tests."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from infra.local.__main__ import TROUBLE
from infra.local.stack import PORT, LocalStack


def main() -> int:
    """Let the service's clock run so many days (and hours) ahead of the real one."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.clock", description=__doc__)
    parser.add_argument("--days", type=float, default=0, help="0: the real time again")
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    ahead = timedelta(days=options.days)
    try:
        LocalStack.running(options.port).move_clock(round(ahead.total_seconds()))
    except TROUBLE as error:
        print(f"the clock was not moved: {error}", file=sys.stderr)
        return 1
    print(f"the service's clock runs {ahead} ahead")
    return 0


if __name__ == "__main__":
    sys.exit(main())
