"""Rented storage areas: folders and files of any kind, in the browser (patent, fig. 7)."""
