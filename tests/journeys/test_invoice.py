"""An invoice in print leaves the packaged stack whole: through the layer and the gateway."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from infra.local import nights
from infra.local.browsing import Browser
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility
from tests.journeys.test_agent_run import until
from tests.support.invoices import issuer_fields

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

LINK = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SAVE_LINK_AS = "*/*"


@pytest.fixture(autouse=True)
def real_time_afterwards(stack: LocalStack) -> Iterator[None]:
    yield
    stack.move_clock(0)


@pytest.fixture
def billed(facility: Facility) -> Browser:
    """The facility's administrator, three days after the contract was signed."""
    operator = Browser(facility.stack, facility.operator)
    operator.get("/portal/billing/issuer")
    operator.send("/portal/billing/issuer", **issuer_fields())
    for days in (2, 3):
        nights.move_to(facility.stack, datetime.now(UTC) + timedelta(days=days))
        nights.tick(facility.stack)
    return Browser(facility.stack, facility.admin)


def link_to_pdf(browser: Browser) -> str:
    """Return where the newest invoice's PDF is; nothing while there is none."""
    listed = re.search(r'/portal/invoices/[^"]+', browser.get("/portal/invoices"))
    found = re.search(r'/portal/invoices/[^"]+/pdf', browser.get(listed[0])) if listed else None
    return found[0] if found else ""


def test_an_invoice_comes_as_pdf_however_a_browser_asks(billed: Browser) -> None:
    path = until(lambda: link_to_pdf(billed), seconds=60)
    for accept in (LINK, SAVE_LINK_AS):
        answer = billed.fetch(path, accept)
        assert answer.headers["Content-Type"] == "application/pdf", accept
        assert answer.data.startswith(b"%PDF-"), accept
        assert "株式会社ホカン" in PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
