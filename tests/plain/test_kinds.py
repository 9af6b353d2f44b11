"""What kind of examination a report says it is of."""

from __future__ import annotations

import pytest

from chalicelib.charts.model import Kind
from chalicelib.plain import convert
from chalicelib.plain.kinds import named

pytestmark = pytest.mark.usefixtures("own_terms")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("PROCEDURE: Colonoscopy.", Kind.LOWER_GI),
        ("Esophagogastroduodenoscopy with biopsy.", Kind.UPPER_GI),
        ("検査種別：下部消化管内視鏡検査", Kind.LOWER_GI),
        ("Colonoscopy and gastroscopy.", Kind.OTHER),
        ("Septoplasty.", Kind.OTHER),
        ("Septoplasty. " * 50 + "A colonoscopy was normal.", Kind.OTHER),
    ],
)
def test_a_kind_is_taken_only_where_it_is_sure(text: str, kind: Kind) -> None:
    assert named(text) == kind


def test_what_the_report_says_makes_an_abbreviation_sure() -> None:
    sentences = convert("Colonoscopy. TI was seen.").sentences
    assert sentences[-1].text == "End of the small bowel was seen."
