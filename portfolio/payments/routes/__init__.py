"""The addresses of batches."""

from portfolio.payments.routes import acts
from portfolio.payments.routes.records import router

__all__ = ["acts", "router"]
