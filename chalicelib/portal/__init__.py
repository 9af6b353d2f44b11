"""The portal's first page: what a person of each role has to know today, from all capabilities."""
