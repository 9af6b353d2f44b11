"""Those who ask: a facility's people file, and read the answers to what they filed."""
