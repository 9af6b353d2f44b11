"""What is said of each kind of field of a chart, and what the witness is told that it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.charts.model import (
    Certainty,
    Diagnosis,
    Done,
    Finding,
    Instruction,
    Measurement,
    Medicine,
    Named,
    Procedure,
    Side,
)
from chalicelib.plain.model import Language


class Template(NamedTuple):
    """
    Attributes:
        says: The plain sentence, with places for {where}, {what} and {size}.
        where: What stands for {where}, with a place for the {site}.
        means: The field's state in a doctor's words; stands where the sentence says it.
    """

    says: str
    where: str
    means: str
    comma: str

    def filled(self, what: str, site: str, size: str) -> str:
        """Return the plain sentence."""
        where = self.where.format(site=site) if site else ""
        sized = f"{self.comma}{size}" if size else ""
        said = self.says.format(where=where, what=what, size=sized)
        return said[:1].upper() + said[1:]

    def witness(self, what: str, site: str, size: str) -> str:
        """Return what the field says in the doctor's words, in the order of the plain sentence."""
        fields = {"where": site, "what": what, "size": size}
        names = sorted(fields, key=lambda name: self.says.find(f"{{{name}}}"))
        told = " . ".join(fields[name] for name in names if f"{{{name}}}" in self.says)
        return f"{told} . {self.means}" if self.says.startswith("{") else f"{self.means} . {told}"

    def verbatim(self, what: str, site: str, size: str) -> str:
        """Return the field as it was filled in."""
        told = ", ".join(filter(None, (what, site, size)))
        return f"{told} [{self.means}]" if self.means else told


def _english(says: str, means: str) -> Template:
    return Template(says, " {site}", means, ", ")


def _japanese(says: str, means: str) -> Template:
    return Template(says, "{site}に、", means, " ")


_EN: Mapping[str, Template] = {
    "finding-present": _english("The doctor saw this{where}: {what}{size}.", ""),
    "finding-absent": _english("The doctor did not see this{where}: {what}{size}.", "absent"),
    "finding-possible": _english(
        "It is possible that there is this{where}: {what}{size}.", "possible"
    ),
    "finding-not-recorded": _english(
        "It is not recorded if there was this{where}: {what}{size}.", "not recorded"
    ),
    "diagnosis-present": _english("The doctor found this problem: {what}.", ""),
    "diagnosis-absent": _english("The doctor did not find this problem: {what}.", "absent"),
    "diagnosis-possible": _english("It is possible that this is the problem: {what}.", "possible"),
    "diagnosis-not-recorded": _english(
        "It is not recorded if this was the problem: {what}.", "not recorded"
    ),
    "procedure-done": _english("This was done{where}: {what}.", ""),
    "procedure-not-done": _english("This was not done{where}: {what}.", "not done"),
    "procedure-not-recorded": _english(
        "It is not recorded if this was done{where}: {what}.", "not recorded"
    ),
    "medicine-continue": _english("Keep taking this drug: {what}{size}.", "continue"),
    "medicine-stop": _english("Stop taking this drug: {what}{size}.", "stop"),
    "medicine-start": _english("Start to take this drug: {what}{size}.", "start"),
    "medicine-none": _english("The chart names this drug: {what}{size}.", ""),
    "measurement": _english("The doctor took this measure{where}: {what}{size}.", ""),
}
_JA: Mapping[str, Template] = {
    "finding-present": _japanese("{where}{what}{size}がありました。", ""),
    "finding-absent": _japanese("{where}{what}{size}はありませんでした。", "なし"),
    "finding-possible": _japanese(
        "{where}{what}{size}がある可能性(かのうせい)があります。", "可能性"
    ),
    "finding-not-recorded": _japanese(
        "{where}{what}{size}があったかどうかは、記録がありません。", "記録なし"
    ),
    "diagnosis-present": _japanese("診断(しんだん)は、{what}です。", ""),
    "diagnosis-absent": _japanese("{what}はありませんでした。", "なし"),
    "diagnosis-possible": _japanese("{what}の可能性(かのうせい)があります。", "可能性"),
    "diagnosis-not-recorded": _japanese("{what}かどうかは、記録がありません。", "記録なし"),
    "procedure-done": _japanese("{where}{what}をしました。", ""),
    "procedure-not-done": _japanese("{where}{what}はしませんでした。", "なし"),
    "procedure-not-recorded": _japanese(
        "{where}{what}をしたかどうかは、記録がありません。", "記録なし"
    ),
    "medicine-continue": _japanese("{what}{size}は、続けてください。", "継続"),
    "medicine-stop": _japanese("{what}{size}は、やめてください。", "中止"),
    "medicine-start": _japanese("{what}{size}を、始めてください。", "開始"),
    "medicine-none": _japanese("{what}{size}というお薬が書かれています。", ""),
    "measurement": _japanese("{where}はかったもの:{what}{size}。", ""),
}
_TEMPLATES: Mapping[Language, Mapping[str, Template]] = {"en": _EN, "ja": _JA}
SIDES: Mapping[Language, Mapping[Side, str]] = {
    "en": {
        Side.LEFT: "on the left side",
        Side.RIGHT: "on the right side",
        Side.BOTH: "on both sides",
    },
    "ja": {Side.LEFT: "左側", Side.RIGHT: "右側", Side.BOTH: "両側"},
}


def of_part(part: Named, language: Language) -> Template:
    """Return the template for *part* in the state it is recorded in."""
    return _TEMPLATES[language][_name(part)]


def _name(part: Named) -> str:
    match part:
        case Finding(certainty=Certainty() as certainty):
            return f"finding-{certainty}"
        case Diagnosis(certainty=Certainty() as certainty):
            return f"diagnosis-{certainty}"
        case Procedure(done=Done() as done):
            return f"procedure-{done}"
        case Medicine(instruction=Instruction() as instruction):
            return f"medicine-{instruction}"
        case Measurement():
            return "measurement"
