"""
Patients by name in DynamoDB (catalogue).

TARGET#<target id>  NAME#<digests of a name>#<patient key>   nothing else: the patient's row tells

No name stands in a key.  For each of its characters stands a bit of the digest of all up to it: so
whatever begins a name begins its key, too, and one row is found by all its beginnings.  Rows of a
name that was corrected stay, and are not believed: who is found is asked for their name.
"""

from __future__ import annotations

from collections.abc import Collection

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.archive.name_keys import keys_of
from chalicelib.kernel.ids import derived_id
from chalicelib.tables import CatalogueTable

LONGEST = 24  # characters of a name that are told apart
BITS = slice(-3, None)  # of a digest: 15; who shares them is told apart by the name itself
_PREFIX = "NAME#"


class _Name(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def put(target_id: str, patient_key: str, name: str) -> None:
    """Let a patient be found by *name*; saying it again changes nothing."""
    with _Name.batch_write() as write:
        for each in sorted(_without_beginnings(keys_of(name))):
            write.save(_Name(f"TARGET#{target_id}", f"{_key(target_id, each)}#{patient_key}"))


def found(target_id: str, key: str, most: int) -> list[str]:
    """Return at most *most* keys of patients who have or had a name that begins like *key*."""
    begins_so = _Name.sk.startswith(_key(target_id, key))
    rows = _Name.query(f"TARGET#{target_id}", begins_so, limit=most)
    return list(dict.fromkeys(row.sk.rpartition("#")[2] for row in rows))


def _without_beginnings(keys: Collection[str]) -> set[str]:
    """Return *keys* without those that begin another one: they are found by its row."""
    return {each for each in keys if not any(one != each and one.startswith(each) for one in keys)}


def _key(target_id: str, key: str) -> str:
    beginnings = (key[:length] for length in range(1, min(len(key), LONGEST) + 1))
    return _PREFIX + "".join(derived_id("name", target_id, each)[BITS] for each in beginnings)
