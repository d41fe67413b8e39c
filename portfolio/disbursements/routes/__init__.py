"""The addresses of payments."""

from portfolio.disbursements.routes import acts
from portfolio.disbursements.routes.records import router

__all__ = ["acts", "router"]
