"""
The demo's patient: a doctor releases the chart in plain words, and a slip opens it.

The slip stands on the terminal because nobody in the demo exists; in a clinic it is on paper only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from infra.local.browsing import Browser
from infra.local.people import Person, Refused
from infra.local.stack import LocalStack

LANGUAGE = "ja"  # of the chart's own words
_TAG = re.compile(r"<[^>]+>")
_READING = re.compile(r"<r[pt]>.*?</r[pt]>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Slip:
    """What a patient was handed: where to open, and what to type there."""

    address: str
    patient_id: str
    code: str


def release(browser: Browser, examination: dict[str, Any]) -> None:
    """Release the examination's chart, as its doctor does, who reads every word once more."""
    place = (examination["target_id"], examination["examination_id"])
    path = "/portal/charts/{}/examinations/{}/patient/release".format(*place) + f"?in={LANGUAGE}"
    browser.get(path)
    browser.send(path)


def hand_slip(
    stack: LocalStack, browser: Browser, patient: dict[str, Any], examination: dict[str, Any]
) -> Slip:
    """Issue a slip for it; its code is shown this once."""
    path = f"/portal/charts/{examination['target_id']}/patients/{patient['patient_key']}/slips"
    browser.get(path)
    chosen = {"examination-1": examination["examination_id"]}
    shown = browser.send(path, days="30", language=LANGUAGE, **chosen)
    found = re.search(r"<code>([^<]+)</code>", shown)
    if not found:
        raise Refused({"detail": "the slip shows no code"})
    return Slip(f"{stack.api_url}/p", patient["patient_id"], found[1])


def patient_of(admin: Person, catalogue: str, examination: dict[str, Any]) -> dict[str, Any]:
    """Return whose examination it is, as the catalogue lists patients."""
    listed = admin.all_of(f"{catalogue}/patients")
    return next(each for each in listed if each["patient_key"] == examination["patient_key"])


def come_in(stack: LocalStack, slip: Slip) -> tuple[Browser, str]:
    """Come in by the slip, as its patient does; return their browser, and where the document is."""
    patient = Browser(stack)
    patient.get("/p")
    listed = patient.send("/p", patient_id=slip.patient_id, code=slip.code)
    found = re.search(r"/p/charts/[\w-]+", listed)
    if not found:
        raise Refused({"detail": "nothing is listed for the patient"})
    return patient, found[0]


def sentences(page: str) -> list[str]:
    """Return the plain sentences of a patient's page, without the readings over the words."""
    found: list[str] = re.findall(r'<p class="says">(.*?)</p>', page, re.DOTALL)
    return [" ".join(_TAG.sub("", _READING.sub("", each)).split()) for each in found]
