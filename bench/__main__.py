"""
Print the service's figures beside their targets: ``python -m bench [NAME]``.

A benchmark reports, it does not judge: the status is 0 whatever came out, 1 when a figure could
not be measured.
"""

from __future__ import annotations

import argparse
import sys

from bench import (
    album,
    billing,
    images,
    imports,
    inquiries,
    minute,
    package,
    plain,
    presigning,
    prices,
    receiving,
    viewing,
)

# The quick ones first: CPU is measured before moto has filled the memory.
BENCHES = {
    "package": package.figures,
    "imports": imports.figures,
    "presigning": presigning.figures,
    "plain": plain.figures,
    "requests": images.figures,
    "price": prices.figures,
    "minute": minute.figures,
    "billing": billing.figures,
    "album": album.figures,
    "inquiries": inquiries.figures,
    "receiving": receiving.figures,
    "viewing": viewing.figures,
}


def main() -> int:
    """Run one benchmark or all of them; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=BENCHES, help="one of them (default: all)")
    name = parser.parse_args().name
    print(f"{'figure':52} {'measured':>14} {'target':>12}")
    measured = [_measured(each) for each in ([name] if name else BENCHES)]
    return 0 if all(measured) else 1


def _measured(name: str) -> bool:
    """Print the figures of one benchmark; tell whether there are any."""
    print(f"\n{name}", flush=True)
    try:
        for figure in BENCHES[name]():
            print(f"  {figure}", flush=True)
    except Exception as error:  # noqa: BLE001 - the others can still be measured
        print(f"bench: {name} not measured: {type(error).__name__}: {error}", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
