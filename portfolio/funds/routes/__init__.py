"""The addresses of funds. Fixed addresses are declared before those that hold a number."""

from portfolio.funds.routes import accounts, donors, receipts, records
from portfolio.funds.routes.router import router

__all__ = ["accounts", "donors", "receipts", "records", "router"]
