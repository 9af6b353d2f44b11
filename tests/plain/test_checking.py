"""The witness: what it calls a difference, and what it lets stand."""

from __future__ import annotations

import pytest

from chalicelib.plain.checking import differences


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("A 5 mm polyp was seen.", "A polyp of 5 mm (about the size of a pea) was seen."),
        ("He denies pain.", "He says that he has no pain."),
        ("Unable to pass the scope.", "The doctor could not pass the scope."),
        ("Bilateral stones.", "Stones on both sides."),
        ("Ulcer cannot be excluded.", "There may be a sore."),
        ("Consistent with gastritis.", "This looks like a sore stomach."),
        ("Probable ulcer.", "This is likely a sore."),
        ("Previous surgery on the left.", "An earlier operation on the left."),
        ("Warfarin was discontinued.", "Warfarin was stopped."),
        ("Aspirin was restarted.", "Aspirin was started again."),
        ("Unremarkable mucosa.", "Normal lining."),
        ("Carcinoma of the colon.", "Cancer of the large bowel."),
        ("There was no hemostasis problem.", "There was no problem with stopping the bleeding."),
        ("４ｍｍ", "4 mm"),
        ("12.5 µg", "12.5 mcg"),
    ],
)
def test_the_same_in_other_words_is_no_difference(source: str, plain: str) -> None:
    assert differences(source, plain) == []


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("A 5 mm polyp.", "A 6 mm polyp."),
        ("A 5 mm polyp.", "A 5 cm polyp."),
        ("12.5 mcg fentanyl.", "12.5 mg fentanyl."),
        ("A 5 mm polyp.", "A polyp."),
        ("Two polyps.", "Three polyps."),
        ("1.5 mL right and 1.2 mL left.", "1.2 mL right and 1.5 mL left."),
        ("The left ureter.", "The right ureter."),
        ("The left ureter.", "The ureter."),
        ("Left ureter open, right closed.", "Right ureter open, left closed."),
        ("Bilateral stones.", "Stones on the left."),
        ("No evidence of bleeding.", "Signs of bleeding."),
        ("Bleeding was seen.", "No bleeding was seen."),
        ("Ulcer but no erosions.", "No sore but worn spots."),
        ("Possible ulcer.", "A sore."),
        ("?Barrett's", "Barrett's"),
        ("Probable ulcer.", "Possibly a sore."),
        ("Cannot exclude a tumor.", "No tumor."),
        ("History of ulcer.", "An ulcer."),
        ("Family history of polyps.", "History of polyps."),
        ("Stop warfarin.", "Continue warfarin."),
        ("Hold aspirin.", "Start aspirin."),
        ("No lesion seen.", "No cancer was seen."),
        ("A benign polyp.", "A polyp."),
        ("A polyp.", "A harmless polyp."),
        ("A mild stricture.", "A severe narrow part."),
        ("A lesion.", "A dangerous spot."),
        ("Less than 5 mL.", "More than 5 mL."),
        ("Biopsy was taken.", "Biopsy was taken, which is good."),
        ("Not recorded.", "Normal."),
        ("Grade III reflux.", "Grade II reflux."),
        ("Preoperative diagnosis", "Diagnosis after the operation"),
        ("The polyp was larger.", "The polyp was smaller."),
        ("In the upper lobe.", "In the lower part of the lung."),
        ("On the anterior wall.", "On the back wall."),
        ("An ulcer in the antrum.", "A sore in the food pipe."),
        ("Take it twice a day.", "Take it twice a week."),
        ("Completely removed.", "Partly removed."),
        ("All stones were removed.", "Some stones were removed."),
        ("Call if there is pain.", "Call. There is pain."),
        ("No active bleeding.", "No bleeding."),
        ("Before the meal.", "After the meal."),
        ("Chronic gastritis.", "Sudden stomach inflammation."),
    ],
)
def test_what_was_changed_is_a_difference(source: str, plain: str) -> None:
    assert differences(source, plain) != []


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("潰瘍を認めない。", "潰瘍があります。"),
        ("左側にポリープを認める。", "右側にポリープがあります。"),
        ("潰瘍疑い。", "潰瘍です。"),
        ("5mmのポリープ。", "5cmのポリープ。"),
        ("5mmのポリープ。", "ポリープ。"),
        ("休薬なし。", "休薬。"),
        ("内服を継続する。", "内服を中止する。"),
        ("父が胃癌。", "胃がん。"),
        ("胃潰瘍の既往。", "胃潰瘍。"),
        ("病変なし。", "がんはありません。"),
        ("記載なし。", "異常なし。"),
        ("両側に結石。", "左側に結石。"),
        ("良性のポリープ。", "ポリープ。"),
        ("生検を施行予定。", "生検をしました。"),
        ("3年後に再検。", "3年後にまた検査しました。"),
        ("増大した。", "小さくなりました。"),
        ("前壁にびらん。", "後ろのかべに浅い傷。"),
        ("口側に狭窄。", "肛門に近い側にせまいところ。"),
        ("胃に潰瘍。", "大腸に深い傷。"),
        ("飲酒を避けること。", "お酒を飲むこと。"),
        ("早期胃癌。", "胃がん。"),
        ("活動性出血なし。", "出血はありません。"),
        ("一部切除した。", "すべて切り取りました。"),
    ],
)
def test_what_was_changed_in_japanese_is_a_difference(source: str, plain: str) -> None:
    assert differences(source, plain, "ja") != []


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("潰瘍を認めず。", "潰瘍(かいよう)はありません。"),
        ("潰瘍疑い。", "潰瘍の疑いがあります。"),
        ("癌の可能性。", "がんの可能性があります。"),
        ("５ｍｍ大のポリープを認める。", "5mmくらいのポリープがあります。"),
        ("抗凝固薬は休薬なし。", "血をさらさらにする薬は、やめていません。"),
    ],
)
def test_the_same_in_other_japanese_words_is_no_difference(source: str, plain: str) -> None:
    assert differences(source, plain, "ja") == []


def test_a_difference_says_what_stood_there_and_what_stands_there_now() -> None:
    assert differences("The left side.", "The right side.") == ["left -> right"]


def test_what_is_mostly_gone_is_a_difference() -> None:
    source = "The bladder was inspected and the catheter was placed into the ureter with a wire."
    assert differences(source, "The bladder was seen.") == ["much of it is gone"]
