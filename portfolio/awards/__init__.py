"""Reservation, engagement with visa, the ordonnateur's décision, and the letters."""
