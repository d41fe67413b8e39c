"""The addresses of agreements."""

from portfolio.agreements.routes import acts, amendments, caps, forecast, notices, proofs, templates, tranches
from portfolio.agreements.routes.records import router

__all__ = ["acts", "amendments", "caps", "forecast", "notices", "proofs", "router", "templates", "tranches"]
