"""Patient charts of invented people, as they are released: what pages are looked at with."""

from __future__ import annotations

from hashlib import sha256

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Done,
    Finding,
    Image,
    Instruction,
    Kind,
    Mark,
    Measurement,
    Medicine,
    Procedure,
    Quantity,
    Site,
)

DIGESTS = tuple(sha256(f"picture {number}".encode()).hexdigest() for number in range(1, 5))


def _mm(value: str) -> Quantity:
    return Quantity(value=value, unit="mm")


STOMACH_JA = Chart(
    kind=Kind.UPPER_GI,
    findings=(
        Finding(
            certainty=Certainty.PRESENT,
            text="潰瘍",
            site=Site(organ="胃", place="前庭部"),
            size=_mm("8"),
            mark=1,
        ),
        Finding(certainty=Certainty.PRESENT, text="びらん", site=Site(organ="胃", place="体部")),
        Finding(
            certainty=Certainty.POSSIBLE,
            text="ピロリ菌感染",
            site=Site(organ="胃"),
        ),
        Finding(
            certainty=Certainty.PRESENT,
            text="食道裂孔ヘルニア",
            site=Site(organ="食道"),
            mark=2,
        ),
        Finding(certainty=Certainty.ABSENT, text="静脈瘤", site=Site(organ="食道")),
        Finding(certainty=Certainty.NOT_RECORDED, text="十二指腸潰瘍"),
    ),
    diagnoses=(
        Diagnosis(certainty=Certainty.PRESENT, text="胃潰瘍"),
        Diagnosis(certainty=Certainty.POSSIBLE, text="萎縮性胃炎"),
    ),
    procedures=(
        Procedure(done=Done.DONE, text="生検", site=Site(organ="胃", place="前庭部")),
        Procedure(done=Done.NOT_DONE, text="色素内視鏡"),
    ),
    medicines=(
        Medicine(instruction=Instruction.START, text="ボノプラザン", dose="20 mg 1日1回"),
        Medicine(instruction=Instruction.CONTINUE, text="アムロジピン", dose="5 mg 1日1回"),
    ),
    images=(
        Image(sha256=DIGESTS[0], note="前庭部の潰瘍", marks=(Mark(number=1, x=430, y=520),)),
        Image(sha256=DIGESTS[1], marks=(Mark(number=2, x=600, y=300),)),
        Image(sha256=DIGESTS[2], note="体部のびらん"),
    ),
)

COLON_EN = Chart(
    kind=Kind.LOWER_GI,
    findings=(
        Finding(
            certainty=Certainty.PRESENT,
            text="Sessile polyp",
            site=Site(organ="Sigmoid colon"),
            size=_mm("6"),
            mark=1,
        ),
        Finding(certainty=Certainty.PRESENT, text="Diverticula", site=Site(organ="Colon")),
        Finding(certainty=Certainty.POSSIBLE, text="Haemorrhoids", site=Site(organ="Rectum")),
        Finding(certainty=Certainty.ABSENT, text="Ulcer", site=Site(organ="Colon")),
        Finding(certainty=Certainty.NOT_RECORDED, text="Terminal ileum"),
    ),
    measurements=(Measurement(value="7.5", unit="min", text="Withdrawal time"),),
    diagnoses=(Diagnosis(certainty=Certainty.PRESENT, text="Colonic polyp"),),
    procedures=(
        Procedure(done=Done.DONE, text="Cold snare polypectomy", site=Site(organ="Sigmoid colon")),
    ),
    medicines=(Medicine(instruction=Instruction.STOP, text="Aspirin", dose="100 mg"),),
    images=(
        Image(
            sha256=DIGESTS[0],
            note="Polyp before removal",
            marks=(Mark(number=1, x=520, y=480),),
        ),
        Image(sha256=DIGESTS[3], note="Site after removal"),
    ),
)

NARRATIVE_EN = Chart(
    kind=Kind.UPPER_GI,
    narrative=(
        "Findings:\n"
        "The oesophagus showed LA grade A oesophagitis. No Barrett's oesophagus was seen. "
        "There was a 5 mm sessile polyp in the gastric antrum, possibly hyperplastic. "
        "Two biopsies were taken. The second part of the duodenum was not examined.\n"
        "Recommendations:\n"
        "Continue omeprazole 20 mg daily. Await histology. Repeat endoscopy in 12 months."
    ),
)

NARRATIVE_JA = Chart(
    kind=Kind.UPPER_GI,
    narrative=(
        "食道に異常所見なし。胃前庭部に径5mmのびらんを認める。早期胃癌疑い。"
        "生検を施行した。十二指腸は観察していない。休薬なし。"
    ),
)
