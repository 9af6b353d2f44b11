"""The archive's rows: objects, examinations, batches, restores, usage.  Models stay inside."""
