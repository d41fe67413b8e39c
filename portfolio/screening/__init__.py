"""Screening: admissibility (in time, complete) and eligibility (who, where, how much), two tests that are never mixed."""
