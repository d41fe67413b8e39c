"""Roles that one person never holds together (R7, J6)."""

from __future__ import annotations

INCOMPATIBLE: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        ("authorising_officer", "accountant"),
        ("authorising_officer", "cashier"),
        ("authorising_officer", "financial_controller"),
        ("accountant", "financial_controller"),
        ("cashier", "financial_controller"),
        ("programme_head", "accountant"),
        ("programme_head", "cashier"),
        ("grants_officer", "accountant"),
        ("grants_officer", "authorising_officer"),
        ("administrator", "authorising_officer"),
        ("administrator", "accountant"),
        ("administrator", "cashier"),
        ("administrator", "financial_controller"),
        ("administrator", "assessor"),
        ("administrator", "committee_member"),
        ("applicant", "grants_officer"),
        ("applicant", "accountant"),
        ("applicant", "authorising_officer"),
    )
)
"""Liquidateur, ordonnateur and comptable are never the same person, whoever signs on behalf of whom (R7)."""
