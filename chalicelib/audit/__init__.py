"""Who did what to which record: append-only, chained, committed before anything is released."""
