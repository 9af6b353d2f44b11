"""What the service costs and how fast it is, as counts and ratios: ``make bench``."""
