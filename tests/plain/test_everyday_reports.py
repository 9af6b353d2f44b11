"""Invented reports as doctors write them, with the real glossary: how they read in plain words."""

from __future__ import annotations

from pathlib import Path
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
    Measurement,
    Medicine,
    Procedure,
    Quantity,
    Side,
    Site,
)
from chalicelib.plain import Language, Plain, convert, of_chart, readability
from chalicelib.plain.checking import differences
from infra import plain_words

HERE = Path(__file__).parent / "reports"


def read(language: Language) -> dict[str, str]:
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((HERE / language).glob("*.txt"))
    }


JAPANESE, ENGLISH = read("ja"), read("en")
ALL = [("ja", text) for text in JAPANESE.values()] + [("en", text) for text in ENGLISH.values()]
CHART = Chart(
    kind=Kind.UPPER_GI,
    findings=(
        Finding(
            certainty=Certainty.PRESENT,
            text="びらん",
            site=Site(organ="胃", place="前庭部大弯"),
            size=Quantity(value="4", unit="mm"),
        ),
        Finding(certainty=Certainty.ABSENT, text="潰瘍", site=Site(organ="十二指腸", place="球部")),
        Finding(certainty=Certainty.POSSIBLE, text="早期胃癌", site=Site(organ="胃")),
        Finding(certainty=Certainty.NOT_RECORDED, text="静脈瘤", site=Site(organ="食道")),
        Finding(
            certainty=Certainty.PRESENT,
            text="白色の隆起性病変",
            site=Site(organ="声帯", side=Side.LEFT),
        ),
    ),
    measurements=(Measurement(value="38", unit="cm", text="切歯からの距離"),),
    diagnoses=(
        Diagnosis(certainty=Certainty.PRESENT, text="逆流性食道炎"),
        Diagnosis(certainty=Certainty.POSSIBLE, text="ヘリコバクター・ピロリ感染"),
        Diagnosis(certainty=Certainty.ABSENT, text="食道裂孔ヘルニア"),
        Diagnosis(certainty=Certainty.NOT_RECORDED, text="萎縮性胃炎"),
    ),
    procedures=(
        Procedure(done=Done.DONE, text="生検", site=Site(organ="胃")),
        Procedure(done=Done.NOT_DONE, text="内視鏡的粘膜切除術"),
        Procedure(done=Done.NOT_RECORDED, text="鎮静"),
    ),
    medicines=(
        Medicine(instruction=Instruction.STOP, text="アスピリン", dose="100 mg"),
        Medicine(instruction=Instruction.CONTINUE, text="PPI"),
        Medicine(instruction=Instruction.START, text="ボノプラザン", dose="20 mg"),
    ),
)
ENGLISH_CHART = Chart(
    kind=Kind.LOWER_GI,
    findings=(
        Finding(
            certainty=Certainty.PRESENT,
            text="Sessile polyp",
            site=Site(organ="sigmoid colon"),
            size=Quantity(value="6", unit="mm"),
        ),
        Finding(certainty=Certainty.ABSENT, text="stricture", site=Site(organ="rectum")),
        Finding(certainty=Certainty.POSSIBLE, text="adenocarcinoma", site=Site(organ="cecum")),
        Finding(certainty=Certainty.NOT_RECORDED, text="diverticulosis"),
    ),
    diagnoses=(Diagnosis(certainty=Certainty.PRESENT, text="internal hemorrhoids"),),
    procedures=(
        Procedure(done=Done.DONE, text="cold snare polypectomy"),
        Procedure(done=Done.NOT_DONE, text="biopsy"),
    ),
    medicines=(Medicine(instruction=Instruction.STOP, text="apixaban", dose="5 mg"),),
)


def own(plain: Plain) -> str:
    """Return what is told in our words: not the doctor's."""
    told = [each for each in plain.sentences if not each.heading and not each.fallback]
    return " ".join(each.text for each in told)


def test_there_are_enough_reports() -> None:
    assert len(JAPANESE) >= 12
    assert len(ENGLISH) >= 12


@pytest.mark.parametrize("text", JAPANESE.values(), ids=JAPANESE)
def test_a_japanese_report_has_short_sentences_and_few_kanji(text: str) -> None:
    plain = own(convert(text, "ja"))
    assert readability.sentence_length(plain) <= 40
    assert readability.kanji_share(plain) <= 0.25


def test_a_japanese_chart_has_short_sentences_and_few_kanji() -> None:
    plain = own(of_chart(CHART, "ja"))
    assert readability.sentence_length(plain) <= 40
    assert readability.kanji_share(plain) <= 0.25


def test_english_reports_read_as_easily_as_was_asked_for() -> None:
    grades = [readability.grade(own(convert(text))) for text in ENGLISH.values()]
    assert median(grades) <= 6
    assert quantiles(grades, n=10, method="inclusive")[-1] <= 8


def test_an_english_chart_reads_as_easily_as_was_asked_for() -> None:
    grades = [readability.grade(each.text) for each in of_chart(ENGLISH_CHART).sentences]
    assert median(grades) <= 6
    assert quantiles(grades, n=10, method="inclusive")[-1] <= 8


@pytest.mark.parametrize(("language", "text"), ALL, ids=[*JAPANESE, *ENGLISH])
def test_every_sentence_says_what_the_doctor_said(language: Language, text: str) -> None:
    for each in convert(text, language).sentences:
        source = text[slice(*each.span)]
        assert each.fallback or differences(source, each.text, language) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_few_sentences_stay_the_doctors_own(language: Language) -> None:
    texts = JAPANESE if language == "ja" else ENGLISH
    told = [each for text in texts.values() for each in convert(text, language).sentences]
    assert sum(each.fallback for each in told) <= len(told) / 20


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The terminal ileum was intubated.", "The end of the small bowel was entered."),
        ("He was intubated.", "He had a breathing tube put in."),
        ("An Olympus CF-H190 was used.", "An Olympus CF-H190 was used."),
        ("PT 12 and INR 1.", "PT 12 and clotting test 1."),
        ("The pt was well..", "The patient was well."),
        ("Multiple polyps were seen.", "Several polyps were seen."),
        ("Aspirin was withdrawn.", "Aspirin was withdrawn."),
        ("No evident ulcer.", "No evident sore."),
        ("The obturator reflex was seen.", "The obturator reflex was seen."),
        ("CLO -ve.", "CLO negative."),
        ("The left sinus was opacified.", "The left sinus was white on the x-ray."),
        ("The patient was properly identified.", "The patient was properly identified."),
        ("Consent obtained.", "Consent given."),
        ("A middle lobe of the prostate.", "A middle lobe of the prostate."),
        ("Nothing by mouth for 4hrs.", "Nothing by mouth for 4hrs."),
    ],
)
def test_what_reading_them_has_found_stays_found(text: str, plain: str) -> None:
    assert " ".join(each.text for each in convert(text).sentences) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("生検を施行。", "組織(そしき)を少しとりました。"),
        ("次回、生検を施行。", "つぎの回、組織(そしき)を少しとること。"),
        (
            "TURBT施行予定。",
            "尿(にょう)のでるくだからぼうこうの腫瘍(しゅよう)をとる手術(しゅじゅつ)をする予定(よてい)。",
        ),
        ("観察は施行できず。", "みることはできていません。"),
        ("コールドスネアで切除した。", "コールドスネアできりとりました。"),
        ("左尿管口を確認した。", "左の尿管(にょうかん)の出口をたしかめました。"),
        ("6個生検した。", "6個組織を少しとりました。"),
        ("結核菌PCRを提出した。", "結核(けっかく)の菌PCRを検査(けんさ)にだしました。"),
        ("悪性を示唆する所見は認めない。", "悪性(あくせい)をおもわせるところはありません。"),
        ("前立腺の中葉が大きい。", "ぜんりつせんの中葉がおおきいです。"),
        ("びらんを伴わない発赤を認める。", "浅いきずのないあかみがあります。"),
        ("再発なし。", "再発(さいはつ)はありません。"),
        ("穿孔なし。", "穴はあいていません。"),
        ("穿孔あり。", "穴があくことがみられます。"),
        ("ポリープは増大なし。", "ポリープはおおきくなっていません。"),
        ("以前みられた潰瘍は消失していた。", "以前みられた深いきずはなくなっていました。"),
        ("異常所見は指摘できない。", "異常(いじょう)な所見(しょけん)はみつかりません。"),
        ("PPI継続。", "胃酸(いさん)をおさえる薬を続けること。"),
    ],
)
def test_what_reading_them_in_japanese_has_found_stays_found(text: str, plain: str) -> None:
    assert " ".join(each.text for each in convert(text, "ja").sentences) == plain


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_words_are_shown_that_nobody_explains(language: Language) -> None:
    texts = JAPANESE if language == "ja" else ENGLISH
    shown = [convert(text, language) for text in texts.values()]
    open_ones = sum(len(plain_words.unexplained(each, language)) for each in shown)
    assert open_ones <= sum(map(plain_words.count, shown)) / 100
