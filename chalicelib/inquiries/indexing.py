"""Inquiries are found by their words, written before what has them: so none is ever missed."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.inquiries import term_store, terms
from chalicelib.inquiries.model import Inquiry, Message


def index(inquiry: Inquiry, messages: Iterable[Message]) -> None:
    """Let an inquiry be found by its words; to be done before it is collected."""
    told = inquiry.reference.told if inquiry.reference else ""
    texts = (inquiry.subject, told, *(each.text for each in messages))
    term_store.put(inquiry.inquiry_id, terms.keys(texts))


def index_message(inquiry: Inquiry, message: Message) -> None:
    """Let an inquiry be found by a message's words, too; to be done before it is written."""
    term_store.put(inquiry.inquiry_id, terms.keys([message.text]))
