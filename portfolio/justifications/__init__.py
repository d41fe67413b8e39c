"""Expense reports, vouchers, accepted and refused amounts, recovery."""
