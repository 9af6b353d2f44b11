"""How bytes come in: batches, presigned URLs, S3's events, and the sweep for what got lost."""
