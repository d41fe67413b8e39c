"""Vault: the numbers people say aloud; gapless by type and exercice, never given twice (F2)."""
