"""The addresses of agreements."""

from portfolio.agreements.routes import acts, amendments
from portfolio.agreements.routes.records import router

__all__ = ["acts", "amendments", "router"]
