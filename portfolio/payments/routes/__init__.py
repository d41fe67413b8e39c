"""The addresses of batches and statements."""

from portfolio.payments.routes import acts, statements
from portfolio.payments.routes.records import router

__all__ = ["acts", "router", "statements"]
