"""
Patients by name in DynamoDB (catalogue).

TARGET#<target id>  NAME#<digest of the beginning of a name>#<patient key>   the patient's row tells

No name stands in a key: a row's is a digest, as a patient's key is.  So each beginning has a row of
its own, up to a few characters, and so has the whole.  Rows of a name that was corrected stay, and
are not believed: who is found is asked for their name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.archive.name_keys import keys_of
from chalicelib.kernel.ids import derived_id
from chalicelib.tables import CatalogueTable

LONGEST_BEGINNING = 6  # characters; what is typed beyond is looked for among those found
_PREFIX = "NAME#"


class _Name(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def put(target_id: str, patient_key: str, name: str) -> None:
    """Let a patient be found by *name*; saying it again changes nothing."""
    with _Name.batch_write() as write:
        for each in sorted(set(_beginnings(keys_of(name)))):
            write.save(_Name(f"TARGET#{target_id}", f"{_key(target_id, each)}{patient_key}"))


def found(target_id: str, key: str, most: int) -> list[str]:
    """Return at most *most* keys of patients who have or had a name that begins like *key*."""
    at_once = dict.fromkeys(_rows(target_id, key, most))
    if not at_once and len(key) > LONGEST_BEGINNING:
        return list(dict.fromkeys(_rows(target_id, key[:LONGEST_BEGINNING], most)))
    return list(at_once)


def _rows(target_id: str, beginning: str, most: int) -> Iterator[str]:
    prefix = _Name.sk.startswith(_key(target_id, beginning))
    for row in _Name.query(f"TARGET#{target_id}", prefix, limit=most):
        yield row.sk.rpartition("#")[2]


def _beginnings(keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        yield key
        yield from (key[:length] for length in range(1, min(len(key), LONGEST_BEGINNING) + 1))


def _key(target_id: str, beginning: str) -> str:
    return f"{_PREFIX}{derived_id('name', target_id, beginning)}#"
