"""People reached: by name, counted, estimated; duplicates."""
