"""What a facility is told by mail: kept with what it tells of, sent by the minute, and shown."""
