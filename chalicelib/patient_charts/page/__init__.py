"""The patient's page: what was released, as a page, a file, and PDF."""
