"""The addresses of batches, statements and counts."""

from portfolio.payments.routes import acts, counts, reconciliations, statements
from portfolio.payments.routes.records import router

__all__ = ["acts", "counts", "reconciliations", "router", "statements"]
