"""A department's desk: what lies there, and what its people do about it."""
