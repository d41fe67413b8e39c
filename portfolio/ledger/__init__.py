"""Vault: the double-entry ledger; append-only and chained (M06, M07, T01)."""
