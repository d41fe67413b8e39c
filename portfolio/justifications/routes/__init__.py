"""The addresses of reports, papers and orders to repay. Fixed words come before numbers, so `/recoveries` is never read as a number."""

from __future__ import annotations

from fastapi import APIRouter

from portfolio.justifications.routes import advances, expenses, recoveries, reports
from portfolio.web.act import Act

router = APIRouter(route_class=Act)
for _part in (advances, recoveries, expenses, reports):
    router.include_router(_part.router)

__all__ = ["router"]
