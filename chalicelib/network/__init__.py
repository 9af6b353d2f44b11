"""Patients across facilities: a network ID, links, consent, finding, breaking the glass."""
