"""Names as banks write them: half-width kana in capitals, of the few characters they exchange."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.kernel.errors import Invalid

_SMALL = str.maketrans("ァィゥェォヵッヶャュョヮ", "アイウエオカツケヤユヨワ")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-"))
_FULL = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"
_TO_HALF = str.maketrans(dict(zip(_FULL, _HALF, strict=True)))
_VOICED, _HALF_VOICED = "\u3099", "\u309a"
_TAKEN = frozenset(_HALF + "ﾞﾟ" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ().-/\\｢｣,&*")
# What stands for a kind of legal person does not tell one payer from another.
_LEGAL_FORM = re.compile(r"^\(?(ｲ|ｶ|ﾕ|ｼﾔ|ｻﾞｲ|ﾌｸ)\)|\((ｲ|ｶ|ﾕ|ｼﾔ|ｻﾞｲ|ﾌｸ)\)?$")


def bank_kana(written: str) -> str:
    """
    Return *written* as the banks' lines carry it.

    Raises:
        Invalid: A character has no place there, such as a kanji.

    >>> bank_kana("イ）アオバ クリニック")
    'ｲ)ｱｵﾊﾞ ｸﾘﾆﾂｸ'
    """
    kana = _half_width(written)
    strange = sorted(set(kana) - _TAKEN)
    if strange:
        raise Invalid(f"banks do not know {' '.join(strange)}: write the name in kana")
    return kana


def payer_key(written: str) -> str:
    """
    Return what tells payers apart, however their banks write them: no spaces, no legal form.

    Whatever a bank sends is taken, since it has sent it.

    >>> payer_key("イ）アオバクリニック") == payer_key("ｱｵﾊﾞ ｸﾘﾆｯｸ")
    True
    """
    plain = _LEGAL_FORM.sub("", _half_width(written))
    return "".join(each for each in plain if each.isalnum() or each in "ﾞﾟ")


def _half_width(written: str) -> str:
    wide = unicodedata.normalize("NFKC", written).upper()
    katakana = "".join(_katakana(each) for each in wide)
    apart = unicodedata.normalize("NFD", katakana.translate(_SMALL))
    half = apart.translate(_TO_HALF).replace(_VOICED, "ﾞ").replace(_HALF_VOICED, "ﾟ")
    return " ".join(half.translate(_DASHES).split())


def _katakana(character: str) -> str:
    return chr(ord(character) + 0x60) if "ぁ" <= character <= "ゖ" else character
