"""
Contents of a rented area that were erased on purpose (catalogue); manifests name them still.

TARGET#<target id>  ERASED#<sha256>   written by the area's log, see areas/store.py
"""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.tables import CatalogueTable

_PREFIX = "ERASED#"


class _Erased(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def of_target(target_id: str) -> set[str]:
    """Return the digests of what was erased; none where nothing ever was, as a rule."""
    prefix = _Erased.sk.startswith(_PREFIX)
    rows = _Erased.query(f"TARGET#{target_id}", prefix, attributes_to_get=["pk", "sk"])
    return {row.sk.removeprefix(_PREFIX) for row in rows}
