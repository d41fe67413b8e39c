"""Admissibility and eligibility, and the letter that asks for missing papers."""
