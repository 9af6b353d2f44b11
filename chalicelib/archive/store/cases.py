"""
Cases of the display tool in DynamoDB (catalogue): examinations a facility has open in it.

FACILITY#<facility id>  CASES                              the limit, whose it is, how many are open
FACILITY#<facility id>  CASE#<target id>#<examination id>  one that is open: since when, by whom

Always: the count is that of the rows.  It is no more than the limit, unless the limit was lowered.
What is opened is an examination of the catalogue (see examinations.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.tables import CatalogueTable, condition_failed, transaction

COUNT, CASE = "CASES", "CASE#"


class CaseCount(msgspec.Struct, frozen=True):
    """
    How many cases a facility's display tool holds.

    Attributes:
        limit: 0 where no contract for one is in force.
    """

    limit: int = 0
    open: int = 0

    @property
    def free(self) -> int:
        return max(self.limit - self.open, 0)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One examination that is open in the display tool."""

    target_id: str
    examination_id: str
    opened_at: str
    opened_by: str


class _Count(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=COUNT)
    tool_id = UnicodeAttribute(null=True)  # the display tool under contract
    limit_cases = NumberAttribute(default=0)
    open_cases = NumberAttribute(default=0)


class _Case(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    opened_at = UnicodeAttribute()
    opened_by = UnicodeAttribute()


class _Examination(Model):
    """As far as a case looks at it."""

    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


# --- the limit -----------------------------------------------------------------------------------


def set_limit_in(
    write: TransactWrite, facility_id: str, tool_id: str, limit: int, *, may_exceed: bool = False
) -> None:
    """
    Let *tool_id* hold *limit* cases; fails while another tool is in force, or more are open.

    Args:
        may_exceed: Also when more are open: none is opened until some are closed.
    """
    is_free = _Count.tool_id.does_not_exist() | (_Count.tool_id == tool_id)
    holds = _Count.open_cases.does_not_exist() | (_Count.open_cases <= limit)
    write.update(
        _Count(_pk(facility_id)),
        [
            _Count.tool_id.set(tool_id),
            _Count.limit_cases.set(limit),
            _Count.open_cases.set(_Count.open_cases | 0),
        ],
        condition=is_free if may_exceed else is_free & holds,
    )


def retire_in(write: TransactWrite, facility_id: str, tool_id: str) -> None:
    """Let a tool whose contract has ended hold no more cases; those that are open stay so."""
    write.update(
        _Count(_pk(facility_id)),
        [_Count.tool_id.remove(), _Count.limit_cases.set(0)],
        condition=_Count.tool_id == tool_id,
    )


# --- opening and closing -------------------------------------------------------------------------


def open_case(facility_id: str, case: Case) -> Case | None:
    """
    Open *case* if there is room for it, and its examination is stored.

    Returns:
        The case as it is open now, since before perhaps; None where it is not.
    """
    row = _row(facility_id, case.target_id, case.examination_id)
    row.opened_at, row.opened_by = case.opened_at, case.opened_by
    examination = f"TARGET#{case.target_id}", f"EXAM#{case.examination_id}"
    try:
        with transaction() as write:
            is_stored = _Examination.pk.exists()
            write.condition_check(_Examination, *examination, condition=is_stored)
            write.update(
                _Count(_pk(facility_id)),
                [_Count.open_cases.add(1)],
                condition=_Count.open_cases < _Count.limit_cases,
            )
            write.save(row, condition=_Case.pk.does_not_exist())
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return open_one(facility_id, case.target_id, case.examination_id)
    return case


def close_case(facility_id: str, target_id: str, examination_id: str) -> None:
    """Close a case, which makes room for another; closing it again changes nothing."""
    try:
        with transaction() as write:
            row = _row(facility_id, target_id, examination_id)
            write.delete(row, condition=_Case.pk.exists())
            write.update(_Count(_pk(facility_id)), [_Count.open_cases.add(-1)])
    except TransactWriteError as error:
        if not condition_failed(error):
            raise


# --- reading -------------------------------------------------------------------------------------


def count_of(facility_id: str) -> CaseCount:
    """Return how many cases the facility's display tool holds, and how many are open."""
    row = _Count(_pk(facility_id))
    try:
        row.refresh(consistent_read=True)
    except _Count.DoesNotExist:
        return CaseCount()
    return CaseCount(int(row.limit_cases), int(row.open_cases))


def open_one(facility_id: str, target_id: str, examination_id: str) -> Case | None:
    """Return the case that an examination is open as, read consistently; None while it is not."""
    row = _row(facility_id, target_id, examination_id)
    try:
        row.refresh(consistent_read=True)
    except _Case.DoesNotExist:
        return None
    return _to_case(row)


def open_ones(facility_id: str, target_id: str = "") -> Iterator[Case]:
    """Yield the facility's open cases, of one target or all; a limit bounds how many there are."""
    prefix = f"{CASE}{target_id}#" if target_id else CASE
    for row in _Case.query(_pk(facility_id), _Case.sk.startswith(prefix)):
        yield _to_case(row)


def _to_case(row: _Case) -> Case:
    _, target_id, examination_id = row.sk.split("#")
    return Case(
        target_id=target_id,
        examination_id=examination_id,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
    )


def _row(facility_id: str, target_id: str, examination_id: str) -> _Case:
    return _Case(_pk(facility_id), f"{CASE}{target_id}#{examination_id}")


def _pk(facility_id: str) -> str:
    return f"FACILITY#{facility_id}"
