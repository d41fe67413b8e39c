"""The demonstration portfolio: a year and a half of grants laid around the day of installation, made through the rooms' services."""

from portfolio.seed.filling import AlreadyFilled, accounts_text, email_of, fill, fill_database, is_filled

__all__ = ["AlreadyFilled", "accounts_text", "email_of", "fill", "fill_database", "is_filled"]
