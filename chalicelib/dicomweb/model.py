"""Studies, series and instances as DICOMweb speaks of them.  Rules only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from chalicelib.dicomweb.dataset import Dataset, Element

STUDY_UID, SERIES_UID, SOP_UID, SOP_CLASS = "0020000D", "0020000E", "00080018", "00080016"
PATIENT_ID, PATIENT_NAME, ACCESSION, STUDY_DATE = "00100020", "00100010", "00080050", "00080020"
MODALITY, MODALITIES = "00080060", "00080061"
SERIES_NUMBER, INSTANCE_NUMBER = "00200011", "00200013"
AVAILABILITY, CHARACTER_SET, RETRIEVE_URL = "00080056", "00080005", "00081190"
STUDY_SERIES, STUDY_INSTANCES, SERIES_INSTANCES = "00201206", "00201208", "00201209"

# PS3.18, tables 10.6.3-3 to 10.6.3-5, and what viewers ask for beyond them.
OF_STUDY = {
    *(CHARACTER_SET, STUDY_DATE, "00080030", ACCESSION, "00080090", "00080201", "00081030"),
    *(PATIENT_NAME, PATIENT_ID, "00100021", "00100030", "00100040", "00101010", "00101020"),
    *("00101030", STUDY_UID, "00200010", "00080080", "00081060"),
}
OF_SERIES = {
    *(CHARACTER_SET, MODALITY, "00080021", "00080031", "0008103E", "00181030", "00180015"),
    *(SERIES_UID, SERIES_NUMBER, "00200060", "00400244", "00400245", "00400275", "00080070"),
}
OF_INSTANCE = {
    *(CHARACTER_SET, SOP_CLASS, SOP_UID, "00080023", "00080033", INSTANCE_NUMBER),
    *("00280008", "00280010", "00280011", "00280100"),
}


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """
    One stored DICOM file.

    Attributes:
        header: Its data set without the pixels.
        syntax: Its transfer syntax, as far as it names one.
    """

    sha256: str
    size_bytes: int
    syntax: str
    header: Dataset

    @property
    def sop_uid(self) -> str:
        return text(self.header, SOP_UID)

    @property
    def series_uid(self) -> str:
        return text(self.header, SERIES_UID)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a search answers of a study without looking at its instances.

    Attributes:
        study: Its attributes, those that are counted included.
        series: Likewise of each of its series.
    """

    study: Dataset
    series: list[Dataset]


def text(found: Dataset, tag: str) -> str:
    """Return the first value at *tag* as text; nothing where there is none."""
    values = found.get(tag, {}).get("Value") or [""]
    return str(values[0])


def newest(documents: Iterable[list[Instance]]) -> list[Instance]:
    """
    Return the instances of a study, each as it came last, in the order people look at them.

    Args:
        documents: In the order in which they were backed up.
    """
    by_uid = {each.sop_uid: each for document in documents for each in document}
    return sorted(by_uid.values(), key=_place)


def _place(each: Instance) -> tuple[int, str, int, str]:
    return (
        _number(each.header, SERIES_NUMBER),
        each.series_uid,
        _number(each.header, INSTANCE_NUMBER),
        each.sop_uid,
    )


def _number(found: Dataset, tag: str) -> int:
    try:
        return int(float(text(found, tag)))
    except (ValueError, OverflowError):
        return 2**31  # what has no number comes last


def summarised(instances: list[Instance]) -> Summary:
    """Return the summary of a study; *instances* are all of it, at least one."""
    by_series: dict[str, list[Instance]] = {}
    for each in instances:
        by_series.setdefault(each.series_uid, []).append(each)
    modalities = sorted({text(each.header, MODALITY) for each in instances} - {""})
    study = {
        **only(instances[-1].header, OF_STUDY),
        AVAILABILITY: _element("CS", "ONLINE"),
        MODALITIES: _element("CS", *modalities),
        STUDY_SERIES: _element("IS", len(by_series)),
        STUDY_INSTANCES: _element("IS", len(instances)),
    }
    return Summary(study=study, series=[_series(each) for each in by_series.values()])


def _series(instances: list[Instance]) -> Dataset:
    return {
        **only(instances[0].header, OF_SERIES),
        SERIES_INSTANCES: _element("IS", len(instances)),
    }


def shown_instance(each: Instance, more: Iterable[str] = ()) -> Dataset:
    """Return what a search answers of an instance, and *more* if it is there."""
    found = only(each.header, {*OF_INSTANCE, *more})
    return {**found, AVAILABILITY: _element("CS", "ONLINE")}


def only(found: Dataset, tags: Iterable[str]) -> Dataset:
    """Return those elements of *found* that *tags* name, in the order of tags."""
    return {tag: found[tag] for tag in sorted(tags) if tag in found}


def located(found: Dataset, url: str) -> Dataset:
    """Return *found* with where it can be retrieved, in the order of tags."""
    whole = {**found, RETRIEVE_URL: _element("UR", url)}
    return dict(sorted(whole.items()))


def _element(vr: str, *values: str | int) -> Element:
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}


def of_series(instances: Iterable[Instance], series_uid: str | None) -> Iterator[Instance]:
    """Yield the instances of one series, or all of them."""
    return (each for each in instances if series_uid in {None, each.series_uid})
