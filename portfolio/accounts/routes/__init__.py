"""The addresses of accounts."""

from portfolio.accounts.routes.signing import router

__all__ = ["router"]
