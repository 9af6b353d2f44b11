"""HTTP to the service and to storage."""
