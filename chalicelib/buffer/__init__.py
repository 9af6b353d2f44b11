"""Captures: images of phones and endoscopes, until somebody keeps or drops them (fig. 12)."""
