"""How a Japanese sentence ends in plain words: politely, and planned where it was planned."""

from __future__ import annotations

import re

_SAID = re.compile(r"[。！？!?？:：]$")
_ENDINGS = tuple(
    (re.compile(f"{ending}$"), polite)
    for ending, polite in (
        (r"(?<![まで])した", "しました"),
        (r"する", "します"),
        (r"(?<![がはもにで個本つ所])あり", "があります"),
        (r"あり", "あります"),
        (r"のある", "があります"),
        (r"のない", "はありません"),
        (r"であった", "でした"),
        (r"である", "です"),
        (r"れた", "れました"),
        (r"れる", "れます"),
        (r"となった", "となりました"),
        (r"となる", "となります"),
        (r"ている", "ています"),
        (r"ていた", "ていました"),
        (r"(?<=[けせてねべめ])た", "ました"),
        (r"とった", "とりました"),
        (r"あった", "ありました"),
        (r"なった", "なりました"),
        (r"とおらなかった", "とおりませんでした"),
        (r"(?<=[軽強重])い", "いです"),
        (r"(?<=[高低])い", "いです"),
        (r"おおきい", "おおきいです"),
        (r"ちいさい", "ちいさいです"),
        (r"(?<=[きし])ない", "ません"),
        (r"かんがえる", "かんがえます"),
        (r"をまつ", "をまちます"),
        (r"中くらいの", "中くらいです"),
    )
)
_NONE = re.compile(r"(?:は|を|が)?(?:特に|とくに)?(?:なし|無し|認めず|認めない|みられず)$")
_NOTHING = re.compile(r"^はありません")
_SUSPECTED = re.compile(r"(?:の?)(?:疑い|うたがい)(?:\(うたがい\))?$")
# What was done is written without its verb, and so is what is planned: "生検を施行".
_WITHOUT_VERB = re.compile(
    r"(?:施行|実施|挿入|採取|提出|散布|追加|吸引|切除|回収|留置|洗浄|止血)"
    r"(?:[（(][^（）()]*[)）])?[。、 　]*$"
)
_DONE = (
    ("すること", "しました"),
    ("とること", "とりました"),
    ("取ること", "取りました"),
    ("とり出すこと", "とり出しました"),
    ("とりだすこと", "とりだしました"),
    ("入れること", "入れました"),
    ("いれること", "いれました"),
    ("入れておくこと", "入れておきました"),
    ("いれておくこと", "いれておきました"),
    ("だすこと", "だしました"),
    ("出すこと", "出しました"),
    ("まくこと", "まきました"),
    ("たすこと", "たしました"),
    ("あらうこと", "あらいました"),
    ("止めること", "止めました"),
)
PLAN = re.compile(r"方針|指示|予定|計画|推奨|今後|プラン|次回|これから|依頼|目的|Plan|plan")
_PLANNED = re.compile(
    r"予定|次回|今後|後日|明日|明朝|翌[日朝週月年]|来[週月年]|希望|必要|検討|可能なら|場合|要す|べき|依頼"
    r"|目的|未[施実]|前の|\d+ ?(?:年|[かヶヵカ]月|週間?|日|時間)後|れば|たら|なら"
)


def is_planned(source: str, heading: str) -> bool:
    """Whether *source*, under *heading*, may tell what is to be done: not what was done."""
    return bool(_PLANNED.search(source) or PLAN.search(heading))


# What replacing leaves behind where doctors leave out the small words.
_MENDED = (
    (re.compile(r"でで(?=[のはも])"), "で"),
    (re.compile(r"(?<=をして|状態で)に(?=[鼻口気手観見み、])"), ""),
    (re.compile(r"は軽く(?=[^、。な])"), "は軽く、"),
    (re.compile(r"ているところのため"), "ているため"),
    (re.compile(r"こと(?=[\u4e00-\u9fff])"), "ことの"),
    (re.compile(r"をすること(?=、)"), "をして"),
    (re.compile(r"中くらいの(?=[、）)])"), "中くらいで"),
    (re.compile(r"を((?:およそ)?\d[^、。（）]{0,6}(?:（[^（）]*）)?)(?=あり)"), r"が\1"),
    (
        re.compile(r"があります(?=[\u4e00-\u9fff\u30a1-\u30fc]|ため|こと|とき|ところ|もの)"),
        "がある",
    ),
    (re.compile(r"はありません(?=[\u4e00-\u9fff\u30a1-\u30fcA-Za-z])"), "のない"),
    (re.compile(r"はありません(?=ため|こと|とき|ところ|もの)"), "がない"),
    (re.compile(r"(?<=[\u30a1-\u30fc])(?=の(?:んでいる|み続け))"), "を"),
    (re.compile(r"(?<![がはもに])あり(?=[（(])"), "があります"),
    (re.compile(r"(?<=[A-Za-z\u30a1-\u30fc）)])(?=す(?:ること|る予定))"), "を"),
)


# "A hole that forms is not there" would promise that none will; "there is one" that it may.
_HAPPENS = re.compile(
    r"(?<=[うくすつぬむるぐぶい])(?<!書く)こと(?P<is>[がは])あり(?P<said>ました|ます|ませんでした|ません)"
)
# A verb before what it tells of is not polite: "the ulcer that was seen".
_BEFORE_NAMES = r"(?=[^。、がけのでとこたもか（(）)\s])"
_PLAIN = tuple(
    (re.compile(polite + _BEFORE_NAMES), plain)
    for polite, plain in (
        (r"がありました", "があった"),
        (r"みられました", "みられた"),
        (r"みられます", "みられる"),
        (r"うたがいます", "うたがう"),
    )
)


def observed(text: str) -> str:
    """Return *text* with what happens told as seen, or not seen."""
    return _HAPPENS.sub(r"こと\g<is>みられ\g<said>", text)


def mended(text: str) -> str:
    """Return *text* with the small words that Japanese wants between what was replaced."""
    for wrong, right in (*_MENDED, *_PLAIN):
        text = wrong.sub(right, text)
    return text


def finished(text: str, source: str, *, planned: bool) -> str:
    """Return the plain words of *source* as a sentence that ends as sentences do."""
    text = mended(text.strip().rstrip("。、"))
    if _SAID.search(text):
        return observed(text)
    text = _SUSPECTED.sub("のうたがいがあります", _NONE.sub("はありません", text))
    text = _NOTHING.sub("ありません", text)
    if not planned and _WITHOUT_VERB.search(source):
        text = _done(text)
    return observed(f"{_polite(text)}。")


def _done(text: str) -> str:
    body, bracket, aside = text.partition("（") if text.endswith("）") else (text, "", "")
    for neutral, past in _DONE:
        if body.endswith(neutral):
            return f"{body.removesuffix(neutral)}{past}{bracket}{aside}"
    return text


def _polite(text: str) -> str:
    for ending, polite in _ENDINGS:
        if ending.search(text):
            return ending.sub(polite, text)
    return text
