"""The words of a text, explained: each once, as the doctor wrote it first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.plain import glossary, grades
from chalicelib.plain.checking import facts
from chalicelib.plain.english import Known
from chalicelib.plain.model import Explained, Language

ASK: Mapping[Language, str] = {
    "en": "This word is not explained here. Ask your doctor what it means.",
    "ja": "ここでは説明していません。担当の医師に聞いてください。",
}


def explained(met: Iterable[Known], text: str, language: Language) -> tuple[Explained, ...]:
    """Return what the terms that were *met* mean, and the grades that stand in *text*."""
    found: dict[str, Explained] = {}
    for form, term in met:
        said = term.told(language).short if term else ASK[language]
        one = Explained(term=_name(form, term, language), explanation=said, known=term is not None)
        found.setdefault(term.id if term else form.lower(), one)
    return (*found.values(), *grades.explained(text, language))


def _name(form: str, term: glossary.Term | None, language: Language) -> str:
    """Return what is explained: not "no ulcer", where the explanation is of an ulcer."""
    if term is None or "not" not in facts(form, language):
        return form
    usual = next(iter(term.told(language).words))
    return form if "not" in facts(usual, language) else usual
