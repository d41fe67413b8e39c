"""Top floor: cross-room read-only pages."""
