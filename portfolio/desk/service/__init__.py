"""Verbs of the desk, over all rooms."""
