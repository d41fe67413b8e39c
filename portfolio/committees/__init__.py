"""Committees, seats, declarations of interest, sessions with quorum, votes and minutes."""
