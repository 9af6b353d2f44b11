"""Deleting what an ended contract left, with a certificate.  The one place that may."""
