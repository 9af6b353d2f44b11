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
    found: dict[tuple[str, str], Explained] = {}
    for form, term in met:
        one = _one(form, term, language) if term else _open(form, language)
        found.setdefault((term.id if term else form.lower(), one.explanation), one)
    return (*found.values(), *grades.explained(text, language))


def _open(form: str, language: Language) -> Explained:
    return Explained(term=form, explanation=ASK[language], known=False)


def _one(form: str, term: glossary.Term, language: Language) -> Explained:
    told = term.told(language)
    said = told.meaning(_known(form, term, language))
    name = _name(form, term, language) if said == told.short else form
    return Explained(term=name, explanation=said)


def _known(form: str, term: glossary.Term, language: Language) -> str:
    """Return *form* as the glossary writes it."""
    words = term.told(language).words
    return form if form in words else " ".join(form.lower().split())


def _name(form: str, term: glossary.Term, language: Language) -> str:
    """Return what is explained: not "no ulcer", where the explanation is of an ulcer."""
    if "not" not in facts(form, language):
        return form
    usual = next(iter(term.told(language).words))
    return form if "not" in facts(usual, language) else usual
