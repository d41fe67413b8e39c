"""Donors, funds, budget lines by exercice, the institution's accounts, money received, availability."""
