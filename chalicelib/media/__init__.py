"""Removable media: which files go on which disc, what stands on it, and its image."""
