"""Complaints, with a sensitive category."""
