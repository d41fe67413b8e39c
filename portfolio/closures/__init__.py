"""Closing a grant to the franc, with its certificate."""
