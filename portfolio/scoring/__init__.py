"""Assignments, score sheets, disagreement, the ranked list."""
