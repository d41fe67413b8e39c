"""Vault: what leaves after the commit (messages, slow jobs) and the answers already given (idempotency keys)."""
