"""What the provider sets aside for rented areas, and the sizes it offers."""

from __future__ import annotations

from chalicelib.access import service as access
from chalicelib.access.model import Caller
from chalicelib.contracts.form import MAX_CAPACITY_BYTES
from chalicelib.contracts.regions import counting, store
from chalicelib.contracts.regions.model import Setting
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.telemetry import count

MAX_REGION_BYTES = 10**18
MAX_SIZES = 20


def replace(caller: Caller, revision: int, wanted: Setting) -> None:
    """
    Set regions aside from now on; contracts from before are counted first.

    Raises:
        Invalid: ``bad-economy``, ``bad-deluxe`` or ``bad-sizes``: a figure is out of range.
        Conflict: ``overtaken``: somebody else has replaced *revision*; ``region-rented``: more is
            rented already; ``still-counting``: repeat it.
    """
    check(wanted)
    if not counting.go_on():
        raise Conflict("contracts are still being counted: repeat this", code="still-counting")
    _check_rented(wanted)
    access.audit(caller, "set-regions", f"regions-{revision + 1}")
    try:
        store.replace(revision, wanted)
    except Conflict as overtaken:
        _check_rented(wanted)
        raise Conflict(
            "somebody changed it in the meantime: look again", code="overtaken"
        ) from overtaken
    count("RegionsSet")


def check(wanted: Setting) -> None:
    """Let pass a setting whose figures can be meant; raises Invalid as :func:`replace`."""
    for name, set_aside in wanted.set_aside.items():
        if set_aside is not None and not 0 <= set_aside <= MAX_REGION_BYTES:
            raise Invalid(
                f"a region has 0 to {MAX_REGION_BYTES} bytes, or no limit", code=f"bad-{name}"
            )
    fit = all(1 <= each <= MAX_CAPACITY_BYTES for each in wanted.sizes)
    if not fit or len(wanted.sizes) > MAX_SIZES:
        raise Invalid(
            f"at most {MAX_SIZES} sizes can be offered, of 1 to {MAX_CAPACITY_BYTES} bytes",
            code="bad-sizes",
        )


def _check_rented(wanted: Setting) -> None:
    """Let pass a setting that holds what is rented; raises Conflict with both figures."""
    for name, region in store.regions().items():
        set_aside = wanted.set_aside.get(name)
        if set_aside is not None and region.rented_bytes > set_aside:
            raise Conflict(
                f"{region.rented_bytes} bytes of {name} areas are rented: set aside at least that",
                code="region-rented",
                service_class=name.value,
                rented_bytes=region.rented_bytes,
            )
