"""Organs, drawn and numbered: where a finding is, as far as its words say it for certain."""
