"""
The rules by which inquiries are routed, and how often they are collected.

core  FACILITY#provider  INQUIRYRULES#   all of them, and their version
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.access.model import PROVIDER
from chalicelib.inquiries.departments.rules import Rules
from chalicelib.kernel.errors import Conflict
from chalicelib.tables import CoreTable, held

KEY = f"FACILITY#{PROVIDER}", "INQUIRYRULES#"


class _Rules(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    rules = UnicodeAttribute()
    version = NumberAttribute()


def rules() -> Rules:
    """Return the rules as they were last set."""
    try:
        row = _Rules.get(*KEY, consistent_read=True)
    except _Rules.DoesNotExist:
        return Rules()
    return msgspec.json.decode(row.rules, type=Rules)


def replace(rules: Rules) -> Rules:
    """Put rules in the place of the version they name; raises Conflict ``rules-changed``."""
    then = msgspec.structs.replace(rules, version=rules.version + 1)
    row = _Rules(*KEY, rules=msgspec.json.encode(then).decode(), version=then.version)
    seen = _Rules.version == rules.version if rules.version else _Rules.pk.does_not_exist()
    if not held(lambda: row.save(seen)):
        raise Conflict(
            "somebody changed the rules in the meantime; look again", code="rules-changed"
        )
    return then
