"""The pages of people reached."""

from portfolio.beneficiaries.routes import erasing, pairs, people
from portfolio.beneficiaries.routes.door import router

__all__ = ["erasing", "pairs", "people", "router"]
