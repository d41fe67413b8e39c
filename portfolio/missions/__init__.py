"""Audit missions: findings, the answers of the audited, agreed actions and their follow-up."""
