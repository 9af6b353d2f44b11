"""A facility's display tool, and the targets it shows: who may look, and who may open a case."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.access.model import Caller
from chalicelib.contracts import local, store
from chalicelib.contracts.display import contract_for_tool
from chalicelib.contracts.kinds import GOODS
from chalicelib.contracts.model import Contract, covers
from chalicelib.contracts.readable import is_readable
from chalicelib.contracts.signing import book_for
from chalicelib.contracts.store import Target
from chalicelib.kernel.errors import Conflict, NotFound

NO_TOOL = "no-display-tool"


@dataclass(frozen=True, slots=True)
class Tool:
    """
    What a facility looks at its examinations with.

    Attributes:
        contract: Of the display tool, while it runs; None where there is none.
        targets: Those that something may be stored in, the newest signed first.
    """

    contract: Contract | None
    targets: list[Target]

    @property
    def unit(self) -> int:
        """How many cases a block adds."""
        return book_for(self.contract).cases_per_unit if self.contract else 0

    def target(self, target_id: str) -> Target:
        """Return the target asked for, or the newest; raises NotFound for another facility's."""
        if not target_id and self.targets:
            return self.targets[0]
        found = next((each for each in self.targets if each.target_id == target_id), None)
        if found is None:
            raise NotFound("there is no such target, or it is not yours")
        return found


def tool_of(caller: Caller) -> Tool:
    """Return the display tool of the caller's facility and what it can show them: one query."""
    targets = list(store.targets_of(caller.facility_id))
    storing = [each for each in targets if _is_shown(caller, each)]
    contract = contract_for_tool(caller.facility_id, targets)
    return Tool(contract, sorted(storing, key=_signed_at, reverse=True))


def _is_shown(caller: Caller, target: Target) -> bool:
    """Whether something may be stored in a target, which the caller may read, if it is an area."""
    if not target.contract or not GOODS[target.kind].stores:
        return False
    return is_readable(caller, target)


def running(tool: Tool) -> Contract:
    """Return the contract by which one may look; raises Conflict ``no-display-tool``."""
    if tool.contract is None:
        raise Conflict("the facility has no display tool: sign a contract for one", code=NO_TOOL)
    return tool.contract


def check_may_open(tool: Tool) -> None:
    """
    Let pass who may open another case.

    Raises:
        Conflict: ``no-display-tool``; ``contract-not-active`` while invoices are unpaid.
    """
    contract = running(tool)
    covers(contract, local.today(contract.facility_id))


def _signed_at(target: Target) -> str:
    return target.contract.signed_at if target.contract else ""
