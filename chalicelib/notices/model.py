"""Notices: what they tell of, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a notice tells of; its template is named alike."""

    CAPACITY_WARNING = "capacity-warning"  # target_name, percent, used_bytes, limit_bytes
    CONTRACT_ACCEPTED = "contract-accepted"  # target_name
    CONTRACT_DECLINED = "contract-declined"  # target_name
    CONTRACT_REMINDER = "contract-reminder"  # target_name, days, comes_on, renews, total_yen
    GLASS_BROKEN = "glass-broken"  # asking_name, broken_at
    GLASS_BROKEN_BY_US = "glass-broken-by-us"  # asking_name, broken_at
    GLASS_BROKEN_PATIENT = "glass-broken-patient"  # asking_name, holder_name, broken_at
    INQUIRY_ANSWERED = "inquiry-answered"  # inquiry_id
    INQUIRY_OVERDUE = "inquiry-overdue"  # inquiry_id, department_name, due_at
    INQUIRY_QUESTION = "inquiry-question"  # inquiry_id
    INVOICE_ISSUED = "invoice-issued"  # number, total_yen, due_on
    INVOICE_OVERDUE = "invoice-overdue"  # number, total_yen (still open), due_on, days_late
    PURGE_ASKED = "purge-asked"  # target_name, purge_on
    PURGE_CERTIFICATE = "purge-certificate"  # target_name, contract_id, objects
    JOB_MISSED = "job-missed"  # target_name, due_at


FOR_THE_PROVIDER_TOO = frozenset({Kind.JOB_MISSED})


class State(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    MAIL_OFF = "mail-off"  # the deployment sends no mails
    NO_ADDRESS = "no-address"  # nobody of the facility wants them
    GIVEN_UP = "given-up"  # SES would not take it for a day


Fact = str | int | bool


@dataclass(frozen=True, slots=True)
class Notice:
    """
    Attributes:
        key: What it tells of; the same key is the same notice.
        facts: What its template needs; ``..._on`` is a date, ``..._at`` a moment with its
            offset, both in ISO 8601.  Never a patient's.
        due_at: When it is looked at next.
        to: The one address it is for; empty for those of the facility who want its notices.
    """

    facility_id: str
    key: str
    kind: Kind
    facts: Mapping[str, Fact]
    put_at: str
    state: State
    due_at: str
    to: str = ""
