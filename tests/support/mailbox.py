"""A deployment that sends mails, and what it has sent, as moto keeps it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import boto3
from moto.backends import get_backend

from chalicelib import mail
from chalicelib.settings import settings
from infra.provision import MOTO_ACCOUNT
from infra.template import REGION

SENDER = "hokan@provider.example"
PROVIDER = "operations@provider.example"


@dataclass(frozen=True, slots=True)
class Mail:
    to: list[str]
    copy: list[str]
    subject: str
    text: str


def switch_on(**settings_too: str) -> None:
    """
    Let the deployment send mails, within the ``aws`` fixture, which puts the environment back.

    Args:
        settings_too: More of its environment, such as ``HOKAN_PORTAL_URL``.
    """
    os.environ |= {"HOKAN_MAIL_FROM": SENDER} | settings_too
    settings.cache_clear()
    mail.forget_connections()
    boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER.partition("@")[2])
    _backend().sent_messages.clear()


def refuse() -> None:
    """Let SES take nothing any more."""
    boto3.client("sesv2").delete_email_identity(EmailIdentity=SENDER.partition("@")[2])


def sent() -> list[Mail]:
    """Return the mails that were sent, oldest first."""
    return [
        Mail(
            to=list(each.destinations.get("ToAddresses", [])),
            copy=list(each.destinations.get("BccAddresses", [])),
            subject=each.subject,
            text=each.body,
        )
        for each in _backend().sent_messages
    ]


def _backend() -> Any:
    return get_backend("ses")[MOTO_ACCOUNT][REGION]
