"""Notices on a desktop: that answers to a facility's inquiries are there."""
