"""The addresses of accounts."""

from portfolio.accounts.routes import law, mine, people
from portfolio.accounts.routes.signing import router

__all__ = ["law", "mine", "people", "router"]
