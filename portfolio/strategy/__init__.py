"""Frameworks that are versioned and approved, their objectives, the cross-walk, and weighted tags."""
