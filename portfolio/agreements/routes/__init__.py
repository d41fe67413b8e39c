"""The addresses of agreements."""

from portfolio.agreements.routes import acts, amendments, forecast, proofs
from portfolio.agreements.routes.records import router

__all__ = ["acts", "amendments", "forecast", "proofs", "router"]
