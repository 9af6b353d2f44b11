"""The facility's agent: backs folders up to Hokan and restores them.  It speaks HTTP only."""

__version__ = "0.1.0"
