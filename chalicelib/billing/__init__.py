"""
What a contract costs, when it is due, and where it stands; invoices, payments and the ledger.

The arithmetic is pure: time, ids and prices are arguments, so that a preview and a run that call
the same function tell the same figures.  Stores, services and pages are built on it.
"""
