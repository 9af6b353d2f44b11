"""Who issues the invoices: what the law wants to be named, and where the money goes."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from chalicelib.billing.identifiers import registration_number
from chalicelib.billing.kana import bank_kana
from chalicelib.kernel.errors import Invalid

MAX_TEXT = 100
MAX_NET_DAYS = 120
MAX_GRACE_HOURS = 240
ACCOUNT_TYPES = {"ordinary": "1", "current": "2"}  # as the Japanese Bankers Association has them


class BankAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    An account at a Japanese bank.

    Attributes:
        holder: In half-width kana, as banks write it.
    """

    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_type: str
    number: str
    holder: str


class Issuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    The provider as its invoices name it.

    Attributes:
        registration: T and 13 digits; empty for an issuer that is not registered, whose invoices
            are no qualified ones.
        net_days: From the issue to the day it is due, before that is moved to a bank day.
        grace_hours: For late lines, before a draft is issued.
        consignor_code: Ten digits, from the bank that collects direct debits; empty without one.
    """

    name: str
    registration: str
    address: str
    account: BankAccount
    net_days: int = 30
    grace_hours: int = 24
    consignor_code: str = ""


def checked(written: Issuer) -> Issuer:
    """
    Return *written* with every field in its one form.

    Raises:
        Invalid: A field is wrong; its code names it, ``bad-<field>``.
    """
    return Issuer(
        name=_text("name", written.name),
        registration=_registration(written.registration),
        address=_text("address", written.address),
        account=checked_account(written.account),
        net_days=_between("net_days", written.net_days, 0, MAX_NET_DAYS),
        grace_hours=_between("grace_hours", written.grace_hours, 0, MAX_GRACE_HOURS),
        consignor_code=_digits("consignor_code", written.consignor_code, 10)
        if written.consignor_code.strip()
        else "",
    )


def checked_account(account: BankAccount) -> BankAccount:
    """Return *account* with every field in its one form; raises Invalid as :func:`checked`."""
    if account.account_type not in ACCOUNT_TYPES:
        raise _wrong("account_type", f"one of {', '.join(ACCOUNT_TYPES)}")
    try:
        holder = bank_kana(account.holder)
    except Invalid as refused:
        raise Invalid(str(refused), code="bad-holder") from None
    if not holder:
        raise _wrong("holder", "the holder's name in kana")
    return BankAccount(
        bank_code=_digits("bank_code", account.bank_code, 4),
        bank_name=_text("bank_name", account.bank_name),
        branch_code=_digits("branch_code", account.branch_code, 3),
        branch_name=_text("branch_name", account.branch_name),
        account_type=account.account_type,
        number=_digits("number", account.number, 7),
        holder=holder,
    )


def _registration(written: str) -> str:
    if not written.strip():
        return ""
    try:
        return registration_number(written)
    except Invalid as refused:
        raise Invalid(str(refused), code="bad-registration") from None


def _text(name: str, written: str) -> str:
    text = " ".join(written.split())
    if not 0 < len(text) <= MAX_TEXT:
        raise _wrong(name, f"a text of 1 to {MAX_TEXT} characters")
    return text


def _digits(name: str, written: str, length: int) -> str:
    plain = unicodedata.normalize("NFKC", written).strip()
    if not re.fullmatch(rf"[0-9]{{{length}}}", plain):
        raise _wrong(name, f"{length} digits")
    return plain


def _between(name: str, number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise _wrong(name, f"a whole number from {least} to {most}")
    return number


def _wrong(name: str, wanted: str) -> Invalid:
    return Invalid(f"{name} must be {wanted}", code=f"bad-{name}")
