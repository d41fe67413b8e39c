"""The addresses of audit missions. Fixed words come before numbers, so `/findings` is never read as a number."""

from __future__ import annotations

from fastapi import APIRouter

from portfolio.missions.routes import actions, findings, missions
from portfolio.web.act import Act

router = APIRouter(route_class=Act)
for _part in (findings, actions, missions):
    router.include_router(_part.router)

__all__ = ["router"]
