"""What every capability speaks: errors, time, ids.  Standard library only."""
