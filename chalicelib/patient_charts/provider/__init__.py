"""Who runs the service, as patients see it: name, contact, logo."""
