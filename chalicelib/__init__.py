"""Hokan: all that is deployed.  See the picture of the house in README.md."""
