"""What somebody typed about money: read as meant, or refused with a code that names the field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chalicelib.billing.issuer import BankAccount, Issuer
from chalicelib.kernel.errors import Invalid
from chalicelib.web.forms import one_line

MOST_DIGITS = 11


def yen(typed: str, *, code: str = "bad-amount") -> int:
    """
    Return whole yen; raises Invalid.

    >>> yen(" １１，０００円")
    11000
    """
    plain = one_line(typed).replace(",", "").removesuffix("円")
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= MOST_DIGITS):
        raise Invalid("type whole yen", code=code)
    return int(plain)


def day(typed: str) -> date:
    """Return a day; raises Invalid."""
    try:
        return date.fromisoformat(one_line(typed))
    except ValueError:
        raise Invalid("type a day such as 2027-04-01", code="bad-day") from None


def issuer(form: Mapping[str, str]) -> Issuer:
    """Return the issuer that *form* describes; raises Invalid where a number is none."""
    return Issuer(
        name=form.get("name", ""),
        registration=form.get("registration", ""),
        address=form.get("address", ""),
        account=account(form),
        net_days=_number(form, "net_days"),
        grace_hours=_number(form, "grace_hours"),
        consignor_code=form.get("consignor_code", ""),
    )


def account(form: Mapping[str, str]) -> BankAccount:
    """Return the bank account that *form* describes, as typed."""
    return BankAccount(**{name: form.get(name, "") for name in BankAccount.__struct_fields__})


def _number(form: Mapping[str, str], name: str) -> int:
    return yen(form.get(name, ""), code=f"bad-{name}")
