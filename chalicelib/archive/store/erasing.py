"""Deleting all a target has in the catalogue, a page at a time.  Only a purge does this."""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.tables import CatalogueTable

ROWS = 250  # a page


class _Any(Model):
    """A row of any kind."""

    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def erase_page(target_id: str) -> bool:
    """
    Delete a page of the target's rows, and of the quarantine's that name its bytes.

    Returns:
        Whether there was any; False means that nothing is left.
    """
    rows = _page(f"TARGET#{target_id}", "") or _page("QUARANTINE", f"t/{target_id}/")
    with _Any.batch_write() as batch:
        for row in rows:
            batch.delete(row)
    return bool(rows)


def _page(pk: str, prefix: str) -> list[_Any]:
    found = _Any.query(
        pk,
        _Any.sk.startswith(prefix) if prefix else None,
        consistent_read=True,
        limit=ROWS,
        attributes_to_get=["pk", "sk"],
    )
    return list(found)
