"""Who runs the service, as patients see it."""

from __future__ import annotations

from chalicelib.billing import issuer_store
from chalicelib.patient_charts.sheet import Identity


def identity() -> Identity:
    """Return the provider's name, as on its invoices."""
    issuer, _ = issuer_store.newest()
    return Identity(name=issuer.name if issuer else "Hokan")
