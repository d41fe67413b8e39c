"""The pages of people reached."""

from portfolio.beneficiaries.routes import pairs, people
from portfolio.beneficiaries.routes.door import router

__all__ = ["pairs", "people", "router"]
