"""Restores from the portal: what to bring back, by an agent or as one ZIP for the browser."""
