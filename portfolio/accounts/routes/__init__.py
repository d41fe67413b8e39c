"""The addresses of accounts."""

from portfolio.accounts.routes import law, mine, people, twins, visa
from portfolio.accounts.routes.signing import router

__all__ = ["law", "mine", "people", "router", "twins", "visa"]
