"""What there is to back up: files in folders, and what is said about them."""
