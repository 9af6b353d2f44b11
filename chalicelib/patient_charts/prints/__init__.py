"""To paper: the print queue (queued, printed, posted) and address labels."""
