"""Inquiries: facilities ask, the provider collects and routes, departments answer (figure 11)."""
