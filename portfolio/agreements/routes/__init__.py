"""The addresses of agreements."""

from portfolio.agreements.routes import acts, amendments, forecast
from portfolio.agreements.routes.records import router

__all__ = ["acts", "amendments", "forecast", "router"]
