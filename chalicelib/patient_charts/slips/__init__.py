"""Access by slip: what is printed, what is typed, and what a patient then sees."""
