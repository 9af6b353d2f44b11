"""
Doctors' texts in plain words, by rules: no model, no guess, the same answer every time.

Fidelity goes before ease.  Each plain sentence is held against the words it comes from by a
witness (:mod:`chalicelib.plain.checking`) that does not know how it was made; where the two differ
in a number, a side, a negation, a doubt or the like, the doctor's own words are shown.
"""

from chalicelib.plain.converting import convert
from chalicelib.plain.model import Explained, Language, Plain, Sentence
from chalicelib.plain.structured import of_chart

__all__ = ["Explained", "Language", "Plain", "Sentence", "convert", "of_chart"]
