"""
Studies in DynamoDB (catalogue).  All of it can be made again from the objects.

TARGET#<t>  STUDY#<study id>              what a search answers, and the parts it is made of
TARGET#<t>  STUDYBY#<term>#<study id>     that a patient or an accession number has a study

Study id and term are derived ids: a study's UID, a patient's number stand in no key.
Index listing: listing_pk STUDIES#<t>, listing_sk <study date>#<study id>.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import msgspec
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.dicomweb.dataset import Dataset
from chalicelib.dicomweb.model import ACCESSION, PATIENT_ID, STUDY_DATE, Summary, text
from chalicelib.kernel import ids
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CatalogueTable, condition_failed, transaction

UNDATED = "0000"  # sorts before every date


class Study(msgspec.Struct, frozen=True):
    """
    Attributes:
        parts: Names of the documents it is made of, oldest first.
        summary: None while it is being made for the first time.
    """

    target_id: str
    study_uid: str
    parts: list[str]
    summary: Summary | None


class _Listing(GlobalSecondaryIndex["_Study"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "listing"
        projection = AllProjection()

    listing_pk = UnicodeAttribute(hash_key=True)
    listing_sk = UnicodeAttribute(range_key=True)


class _Study(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    listing_pk = UnicodeAttribute(null=True)
    listing_sk = UnicodeAttribute(null=True)
    study_uid = UnicodeAttribute()
    parts = UnicodeSetAttribute(null=True)
    summary = BinaryAttribute(null=True, legacy_encoding=False)
    listing = _Listing()


class _By(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


# --- writing: every call may be repeated ---------------------------------------------------------


def add_part(target_id: str, study_uid: str, part: str) -> Study:
    """Add a part to a study; return it as it is then."""
    row = _row(target_id, study_uid)
    row.update([_Study.study_uid.set(study_uid), _Study.parts.add({part})])
    return _to_study(row)


def describe(study: Study, summary: Summary) -> bool:
    """Say what *study* is, which *summary* was made of; False when another part came since."""
    found, row = summary.study, _row(study.target_id, study.study_uid)
    name = study_id(study.target_id, study.study_uid)
    actions: list[Action] = [
        _Study.listing_pk.set(f"STUDIES#{study.target_id}"),
        _Study.listing_sk.set(f"{text(found, STUDY_DATE) or UNDATED}#{name}"),
        _Study.summary.set(zlib.compress(msgspec.msgpack.encode(summary), 6)),
    ]
    try:
        with transaction() as write:
            write.update(row, actions, condition=_Study.parts == set(study.parts))
            for term in _terms(study.target_id, found):
                write.save(_By(row.pk, f"STUDYBY#{term}#{name}"))
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def forget(target_id: str, study_uid: str) -> None:
    """Delete a study's rows; nothing happens where there are none."""
    row = _row(target_id, study_uid)
    name = study_id(target_id, study_uid)
    found = next(iter(studies(target_id, [study_uid])), None)
    if found is not None and found.summary is not None:
        for term in _terms(target_id, found.summary.study):
            _By(row.pk, f"STUDYBY#{term}#{name}").delete()
    row.delete()


def _terms(target_id: str, found: Dataset) -> list[str]:
    """Return what a study can be found by at once."""
    known = {PATIENT_ID: text(found, PATIENT_ID), ACCESSION: text(found, ACCESSION)}
    return [term_of(target_id, tag, value) for tag, value in known.items() if value]


def term_of(target_id: str, tag: str, value: str) -> str:
    """Return the derived id under which studies with *value* at *tag* are listed."""
    return ids.derived_id("term", target_id, tag, value)


def study_id(target_id: str, study_uid: str) -> str:
    """Return the derived id of a study, which tells nothing of it."""
    return ids.derived_id("study", target_id, study_uid)


# --- reading -----------------------------------------------------------------------------------


def study(target_id: str, study_uid: str) -> Study:
    """Return one study; raises NotFound."""
    found = studies(target_id, [study_uid])
    if not found:
        raise NotFound("there is no such study")
    return found[0]


def studies(target_id: str, study_uids: Iterable[str]) -> list[Study]:
    """Return those of the named studies that there are, newest first."""
    return _named(target_id, [study_id(target_id, each) for each in dict.fromkeys(study_uids)])


def studies_by(target_id: str, term: str) -> list[Study]:
    """Return the studies listed under a term, newest first."""
    prefix = f"STUDYBY#{term}#"
    rows = _By.query(f"TARGET#{target_id}", _By.sk.startswith(prefix))
    return _named(target_id, [each.sk.removeprefix(prefix) for each in rows])


def newest_studies(target_id: str, first: str = "", last: str = "") -> Iterator[Study]:
    """Yield studies from date *first* to *last*, newest first; who asks stops in time."""
    dates = _Study.listing_sk.between(first or " ", f"{last or '9'}~")
    page = _Study.listing.query(f"STUDIES#{target_id}", dates, scan_index_forward=False)
    return (_to_study(each) for each in page)


# --- shapes ------------------------------------------------------------------------------------


def _named(target_id: str, study_ids: Iterable[str]) -> list[Study]:
    keys = [(f"TARGET#{target_id}", f"STUDY#{each}") for each in study_ids]
    return sorted(map(_to_study, _Study.batch_get(keys)), key=_place, reverse=True)


def _row(target_id: str, study_uid: str) -> _Study:
    return _Study(f"TARGET#{target_id}", f"STUDY#{study_id(target_id, study_uid)}")


def _place(found: Study) -> tuple[str, str]:
    return (text(found.summary.study, STUDY_DATE) if found.summary else "", found.study_uid)


def _to_study(item: _Study) -> Study:
    packed = item.summary
    return Study(
        target_id=item.pk.removeprefix("TARGET#"),
        study_uid=item.study_uid,
        parts=sorted(item.parts or ()),
        summary=msgspec.msgpack.decode(zlib.decompress(packed), type=Summary) if packed else None,
    )
