"""Charts of each kind in English: they read as easily as was asked for, and nothing falls back."""

from __future__ import annotations

from statistics import median, quantiles

import pytest

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Done,
    Finding,
    Instruction,
    Kind,
    Medicine,
    Procedure,
    Quantity,
    Site,
)
from chalicelib.plain import Plain, of_chart, readability
from tests.plain.test_everyday_reports import CHART
from tests.support.patient_charts import COLON, UPPER


def found(text: str, organ: str, place: str = "", certainty: str = "present") -> Finding:
    return Finding(certainty=Certainty(certainty), text=text, site=Site(organ=organ, place=place))


def mm(value: str, finding: Finding) -> Finding:
    size = Quantity(value=value, unit="mm")
    return Finding(certainty=finding.certainty, text=finding.text, site=finding.site, size=size)


BRONCHI = Chart(
    kind=Kind.BRONCHOSCOPY,
    findings=(
        found("mucosal erythema", "right main bronchus"),
        found("endobronchial lesion", "left lower lobe", certainty="absent"),
        mm("12", found("squamous cell carcinoma", "right upper lobe", certainty="possible")),
    ),
    procedures=(Procedure(done=Done.DONE, text="bronchoalveolar lavage"),),
)
BLADDER = Chart(
    kind=Kind.CYSTOSCOPY,
    findings=(
        mm("8", found("papillary tumour", "bladder", "left lateral wall")),
        found("trabeculation", "bladder"),
        found("ureteric orifices", "bladder", certainty="not-recorded"),
    ),
    diagnoses=(Diagnosis(certainty=Certainty.POSSIBLE, text="transitional cell carcinoma"),),
    medicines=(Medicine(instruction=Instruction.STOP, text="warfarin"),),
)
LARYNX = Chart(
    kind=Kind.LARYNGOSCOPY,
    findings=(
        mm("3", found("vocal cord nodule", "larynx", "left vocal cord")),
        found("vocal cord palsy", "larynx", certainty="absent"),
    ),
)
CHARTS = {
    "upper": UPPER,
    "colon": COLON,
    "everyday": CHART,
    "bronchi": BRONCHI,
    "bladder": BLADDER,
    "larynx": LARYNX,
}


def own(plain: Plain) -> str:
    """Return what is told in our words: not the doctor's."""
    return " ".join(each.text for each in plain.sentences if not (each.heading or each.fallback))


@pytest.mark.parametrize("name", CHARTS)
def test_no_field_falls_back_to_the_doctors_words(name: str) -> None:
    assert not any(each.fallback for each in of_chart(CHARTS[name], "en").sentences)


def test_charts_read_as_easily_as_was_asked_for() -> None:
    grades = [readability.grade(own(of_chart(each, "en"))) for each in CHARTS.values()]
    assert median(grades) <= 6
    assert quantiles(grades, n=10)[-1] <= 8
