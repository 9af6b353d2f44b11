"""Who runs the service, as patients see it: told by an operator, or else as the invoices say."""

from __future__ import annotations

import msgspec

from chalicelib.access import service as access
from chalicelib.access.model import Caller
from chalicelib.billing import issuer_store
from chalicelib.kernel.errors import Invalid
from chalicelib.patient_charts.page.sheet import Identity
from chalicelib.patient_charts.provider import identity_store

NOBODY = "Hokan"  # before anybody has said who the provider is
MAX_NAME = 100
MAX_CONTACT_LINES, MAX_CONTACT_LINE = 5, 100


def identity() -> Identity:
    """Return the identity that documents of patients show."""
    return current()[0]


def current() -> tuple[Identity, int]:
    """Return the identity and the revision that who changes it has to name; 0: nobody set one."""
    found, revision = identity_store.current()
    if found is not None:
        return found, revision
    issuer, _ = issuer_store.newest()
    return Identity(name=issuer.name if issuer else NOBODY), 0


def replace(caller: Caller, revision: int, written: Identity) -> Identity:
    """
    Let patients see *written* from now on; what they have printed keeps what it says.

    Raises:
        Invalid: A field is wrong; its code names it, ``bad-<field>``.
        Conflict: Somebody else has replaced *revision*.
    """
    told = checked(written)
    access.audit(caller, "set-identity", f"identity-{revision + 1}")
    identity_store.replace(revision, told)
    return told


def checked(written: Identity) -> Identity:
    """Return *written* with every text in its one form; raises Invalid as :func:`replace`."""
    name = " ".join(written.name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise Invalid(f"name must be a text of 1 to {MAX_NAME} characters", code="bad-name")
    lines = [" ".join(each.split()) for each in written.contact.splitlines()]
    lines = [each for each in lines if each]
    if len(lines) > MAX_CONTACT_LINES or any(len(each) > MAX_CONTACT_LINE for each in lines):
        raise Invalid(
            f"contact has at most {MAX_CONTACT_LINES} lines of {MAX_CONTACT_LINE} characters",
            code="bad-contact",
        )
    return msgspec.structs.replace(written, name=name, contact="\n".join(lines))
