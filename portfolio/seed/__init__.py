"""The demonstration portfolio: a year and a half of an authority's grants, laid around the day of installation, made through the services of the rooms."""

from portfolio.seed.filling import AlreadyFilled, accounts_text, email_of, fill, fill_database, is_filled

__all__ = ["AlreadyFilled", "accounts_text", "email_of", "fill", "fill_database", "is_filled"]
