"""What is refused for a condition, and what is only AWS in trouble."""

from __future__ import annotations

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model

from chalicelib.kernel.errors import Conflict
from chalicelib.sessions import session
from chalicelib.tables import CoreTable, expecting, transaction
from tests.faults.crashes import Fault, conflicting, troubled


class Row(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Other(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)


def add() -> None:
    """Write a row that must not be there yet."""
    with expecting("it is there", "there"), transaction() as write:
        write.save(Row("F", "A"), Row.pk.does_not_exist())


@pytest.mark.usefixtures("aws")
def test_a_condition_that_fails_is_a_conflict_with_its_reason() -> None:
    add()
    with pytest.raises(Conflict, match="it is there") as refused:
        add()
    assert refused.value.code == "there"


@pytest.mark.usefixtures("aws")
def test_another_transaction_at_the_same_rows_is_no_conflict_but_trouble_that_passes() -> None:
    with troubled(Fault(0, "before", conflicting)), pytest.raises(TransactWriteError):
        add()


@pytest.mark.usefixtures("aws")
def test_models_take_the_one_session_of_the_process() -> None:
    """Each session more would read AWS's descriptions anew, in every cold start."""
    row, other = Row._get_connection().connection, Other._get_connection().connection
    assert row.session is other.session is session()
