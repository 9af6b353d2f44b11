"""Whether the regions have room for an area, and in which sizes it is offered."""

from __future__ import annotations

from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import Contract, TargetKind
from chalicelib.contracts.regions import store
from chalicelib.contracts.regions.model import NOTHING, held_by
from chalicelib.kernel.errors import Conflict, Invalid


def sizes_for(kind: TargetKind) -> tuple[int, ...]:
    """Return the capacities a target of *kind* is offered in; empty where any is."""
    return store.sizes() if kind is TargetKind.AREA else ()


def check_size(form: Form) -> None:
    """Let pass a size that is offered; raises Invalid ``area-size`` with those that are."""
    if form.service_class is None:
        return
    offered = store.sizes()
    if offered and form.capacity_bytes not in offered:
        told = ", ".join(map(str, offered))
        raise Invalid(
            f"capacity_bytes of a rented area must be one of the sizes offered: {told}",
            code="area-size",
            sizes=list(offered),
        )


def check_room(form: Form) -> None:
    """Let pass a form there is room for; raises Conflict ``region-full`` with what is left."""
    if form.service_class is not None:
        _check(form.target_id, {form.service_class: form.capacity_bytes})


def check_holds(contract: Contract) -> None:
    """Let pass a contract there is room for; raises as :func:`check_room`."""
    if contract.service_class is not None:
        _check(contract.target_id, held_by(contract))


def _check(target_id: str, wanted: dict[ServiceClass, int]) -> None:
    found, regions = store.rented(target_id), store.regions()
    held = found.held if found else NOTHING
    for name, wanted_bytes in wanted.items():
        left = regions[name].left_bytes
        if left is not None and wanted_bytes > held[name] + left:
            raise Conflict(
                f"the provider has {left} bytes left for {name} areas: choose less, or ask it for"
                " more",
                code="region-full",
                service_class=name.value,
                left_bytes=left,
                possible_bytes=held[name] + left,
            )
