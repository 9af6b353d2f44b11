"""Removable media: discs that are due, are built, and are handed over (patent, fig. 7)."""
