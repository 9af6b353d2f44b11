"""Files on their way to the service: batches, chunks, bytes."""
