"""The regions of the storage that the provider sets aside for rented areas (patent, fig. 7)."""
