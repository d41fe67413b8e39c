"""The pages of purchases, by moment of their life."""

from portfolio.procurement.routes import accounts, awarding, bids, purchases, receiving, suppliers
from portfolio.procurement.routes.door import router

__all__ = ["accounts", "awarding", "bids", "purchases", "receiving", "router", "suppliers"]
