"""The provider sees what is rented of its storage, and sets regions aside."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts.regions import map as region_map
from chalicelib.contracts.regions import setting, store
from chalicelib.contracts.regions.drawing import HEIGHT, WIDTH, drawing
from chalicelib.contracts.regions.model import Setting
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web.forms import one_line

REGIONS = "/portal/provider/regions"
GIGABYTE = 10**9
LONGEST = 30  # characters of a figure

pages = PageRoutes(__name__)


@pages.on("GET", REGIONS, Operation.SET_REGIONS)
def show_regions(visit: Visit) -> Response:
    """Show the map of the regions, and what is set aside, to be changed."""
    return _page(visit)


@pages.on("POST", REGIONS, Operation.SET_REGIONS)
def set_regions(visit: Visit) -> Response:
    """Set regions aside from now on."""
    try:
        setting.replace(visit.caller, _seen(visit.form.get("revision", "")), _typed(visit.form))
    except (Conflict, Invalid) as refused:
        return _page(visit, refused)
    return visit.redirect(f"{REGIONS}?done=saved")


def _seen(revision: str) -> int:
    """Return the revision the form was made of; raises Invalid as one that was overtaken."""
    if not revision.isdecimal():
        raise Invalid("the form does not say what it changes", code="overtaken")
    return int(revision[:LONGEST])


def _typed(form: dict[str, str]) -> Setting:
    """Return the setting that was typed; raises Invalid with the code of the wrong field."""
    aside = {name: _set_aside(form.get(name, ""), f"bad-{name}") for name in ServiceClass}
    lines = (one_line(each) for each in form.get("sizes", "").splitlines())
    sizes = {_bytes(each, "bad-sizes") for each in lines if each}
    return Setting(aside, tuple(sorted(sizes)))


def _set_aside(typed: str, code: str) -> int | None:
    line = one_line(typed)
    return _bytes(line, code) if line else None


def _bytes(typed: str, code: str) -> int:
    """Return what a number of GB means; raises Invalid with *code* for what is none."""
    try:
        found = Decimal(typed.replace(",", "")[:LONGEST]) * GIGABYTE
    except InvalidOperation:
        raise Invalid("this is no number", code=code) from None
    if not found.is_finite() or found != found.to_integral_value():
        raise Invalid("this is no number of bytes", code=code)
    return int(found)


def _fields(found: Setting) -> dict[str, str]:
    """Return the fields as *found* fills them."""
    aside = {name.value: found.set_aside.get(name) for name in ServiceClass}
    figures = {name: "" if size is None else _gigabytes(size) for name, size in aside.items()}
    return figures | {"sizes": "\n".join(map(_gigabytes, found.sizes))}


def _gigabytes(size: int) -> str:
    return f"{(Decimal(size) / GIGABYTE).normalize():f}"


def _page(visit: Visit, refused: HokanError | None = None) -> Response:
    found, revision = store.setting()
    is_typed = refused is not None and refused.code != "overtaken"
    kept = {name: visit.form.get(name, value) for name, value in _fields(found).items()}
    seen = region_map.drawn_up(visit.asked("cursor") or None)
    return visit.page(
        "contracts/regions.html",
        status=refused.status if refused else 200,
        map=seen,
        drawings=[drawing(seen, each) for each in seen.regions.values()],
        width=WIDTH,
        height=HEIGHT,
        typed=kept if is_typed else _fields(found),
        revision=revision,
        refused=refused.code if refused else "",
        facts=refused.facts if refused else {},
        done=visit.asked("done"),
    )
