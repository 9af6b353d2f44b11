"""The agent beside restic, on the same S3 in the same run: ``make bench-agent``."""
