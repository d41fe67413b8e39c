"""Calls for proposals: criteria, calendar, envelope, required pieces, publication."""
