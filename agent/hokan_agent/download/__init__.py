"""Files on their way back."""
