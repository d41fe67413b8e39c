"""Batches of payments, the files that banks and operators read, and the statements that come back."""
