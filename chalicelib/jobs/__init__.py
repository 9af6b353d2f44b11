"""Backup jobs: one run of a plan, from the minute it is due until it is done or made up for."""
