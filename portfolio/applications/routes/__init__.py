"""Addresses of files. The fixed ones are declared before those that hold a number: the order of these imports."""

from portfolio.applications.routes import counter, drafting, records
from portfolio.applications.routes.door import router

__all__ = ["counter", "drafting", "records", "router"]
