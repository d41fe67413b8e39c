"""The addresses of committees: bodies and seats, sessions, the day itself, minutes."""

from fastapi import APIRouter

from portfolio.committees.routes.bodies import router as bodies
from portfolio.committees.routes.day import router as day
from portfolio.committees.routes.files import router as files
from portfolio.committees.routes.minutes import router as minutes
from portfolio.committees.routes.sessions import router as sessions
from portfolio.web.act import Act

router = APIRouter(route_class=Act)
router.include_router(sessions)
router.include_router(files)
router.include_router(day)
router.include_router(minutes)
router.include_router(bodies)

__all__ = ["router"]
