"""Vault: what happened, who did it, when and why; append-only and chained (T01, T05)."""
