"""How English joins sentences: what a part that stands by itself looks like, and what does not."""

from __future__ import annotations

import re

FINITE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|did|does|will|could|can|would|should|may|might|appeared|seemed"
    r"|showed|revealed|demonstrated|went|came|became|underwent|felt|remained|began|tolerated|elected"
    r"|(?:I|[Ww]e|[Hh]e|[Ss]he|[Tt]hey|[Ii]t) (?:then |also |again )?"
    r"[a-z]+(?:ed|ew|ook|an|ut|ade))\b"
)
SCOPE = re.compile(
    r"\b(?:that|whether|if|unless|until|suspicious|suspected|suggest\w*|possib\w+|probab\w+|likely|"
    r"consistent|concern\w*|questionable|rule out)\b|\?",
    re.IGNORECASE,
)
NEGATION = re.compile(r"\b(?:no|not|never|without|neither|nor|none|den\w+|unable)\b", re.IGNORECASE)
SUBORDINATE = (
    r"(?:after|before|once|when|while|if|although|though|because|since|as|until|whether|unless"
    r"|upon|following|given|where|during|with)\b"
)
UNDER = re.compile(rf"^\W*{SUBORDINATE}", re.IGNORECASE)
# A subordinate clause stands at the end, and the main one has yet to come.
OPEN = re.compile(rf"(?:^\W*|,\s*(?:and |but )?|\b(?:and|but) ){SUBORDINATE}[^,]*$", re.IGNORECASE)
IS = (
    r"(?:was|were|is|are|had|has|have|did|will|could|can"
    r"|showed|revealed|demonstrated|appeared|remained)"
)
DID = rf"(?:{IS}|may|[a-z]{{2,}}ed|took|went|came|made|ran|put|saw|felt)"
DETERMINER = (
    r"(?:the|a|an|this|these|his|her|its|their|both|all|some|any|no|multiple|several|two|one)"
)
OWN_VERB = (
    rf"(?:{DETERMINER}\s(?:[\w'#.\-]+\s){{1,6}}?{IS}\b"
    r"|there\s(?:was|were|is|are|has|had|did)\b"
    rf"|(?:he|she|it|they|we|I|this|these)\s(?:[\w]+\s){{0,2}}?{DID}\b)"
)
# "spinal anesthesia was induced": a subject without an article, known by what is not in it.
BARE_SUBJECT = (
    r"(?:(?!(?:to|in|of|on|at|for|with|from|by|as|that|which|who|not|also|then|be|been|being|over"
    r"|under|through|was|were|had|is|are|and|or|but|\w+ed|\w+ing|\w+ly)\b)[a-z][\w-]*\s){1,4}?"
    r"(?:was|were|showed|revealed|demonstrated)\b"
)
WHERE = r"(?:over|through|under|using|on|in|at)\s(?:the|a|an)\s[\w-]+(?:\s[\w-]+)?,?\s"
PLACES = r"(?:to|into|through|over|under|with|from|for|down|up|out|in|using|by)"
JOINT = re.compile(
    r";\s+(?:(?:however,?|but|and)\s+)?(?=\S)"
    rf"|\s*,?\s+(?:and|but|so)\s+(?:then\s+|also\s+|again\s+)?(?={OWN_VERB})"
    rf"|\s*,\s*(?:however|then),?\s+(?={OWN_VERB})"
    rf"|\s*,?\s+at which (?:point|time),?\s+(?={OWN_VERB})"
    rf"|\s*,\s+(?={OWN_VERB})"
    rf"|\s*,\s+and\s+(?={WHERE}{OWN_VERB})"
    rf"|\s*,?\s+and\s+(?:then\s+)?(?={BARE_SUBJECT})"
    rf"|\s*,?\s+(?:and|but)\s+(?=(?:after|once|when)\s[^,.;]{{5,120}},\s+{OWN_VERB})"
    r"|\s*,\s+which\s+(?=(?:was|were|is|are|had|has|showed|revealed|appeared|could|may)\b)"
    r"|\s*,?\s+(?:and|but)\s+(?:then\s+)?(?=(?:was|were|is|are|had|has|did|will|could)\b)"
    rf"|\s+and\s+(?:then\s+)?(?=[a-z]{{3,}}ed\s+{PLACES}\b)",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"^\W*(?:\d{1,2}[.)]\s+)?"
    r"(He|She|It|They|We|I|This|These|(?:The|A|An|His|Her|This)(?: [\w'#\-]+){1,5}?)"
    r"(?: then| also| again)?\s+(was|were|is|are|had|has)\b"
)
AFTER = re.compile(
    r"^(?P<word>After|Once)\s+(?P<first>[^,;.]{5,120}?\b(?:was|were|had been|had)\b[^,;.]{2,120})"
    rf",\s+(?={OWN_VERB})",
    re.IGNORECASE,
)
NOT_PAST = re.compile(r"\b(?:will|should|may|can|is|are|if|would)\b", re.IGNORECASE)
RELATIVE = re.compile(r"\b(?:which|who|where)\b", re.IGNORECASE)
_INTRODUCED = rf"(?:in|on|at|within|upon|during)\s[^,.;]{{3,60}},\s+{OWN_VERB}"
# What has a subject and a verb of its own, and what needs nothing before it.
OWN = re.compile(rf"{OWN_VERB}|{WHERE}{OWN_VERB}|{_INTRODUCED}", re.IGNORECASE)
STANDS = re.compile(rf"{OWN.pattern}|{SUBORDINATE}|{BARE_SUBJECT}", re.IGNORECASE)
