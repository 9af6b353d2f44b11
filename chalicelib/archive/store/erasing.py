"""Deleting all a target has in the catalogue, a page at a time.  Only a purge does this."""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.tables import CatalogueTable

ROWS = 90  # a page; a transaction takes 100


class AnyRow(Model):
    """A row of any kind."""

    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def page(target_id: str) -> list[AnyRow]:
    """Return the first rows of the target, then the quarantine's that name its bytes; or none."""
    return _page(f"TARGET#{target_id}", "") or _page("QUARANTINE", f"t/{target_id}/")


def erase_in(write: TransactWrite, rows: list[AnyRow]) -> None:
    """Delete *rows* with whatever *write* asks for."""
    for row in rows:
        write.delete(row)


def _page(pk: str, prefix: str) -> list[AnyRow]:
    found = AnyRow.query(
        pk,
        AnyRow.sk.startswith(prefix) if prefix else None,
        consistent_read=True,
        limit=ROWS,
        attributes_to_get=["pk", "sk"],
    )
    return list(found)
