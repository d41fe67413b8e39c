"""The addresses of groups, and the registration of a group by itself on the public side."""

from fastapi import APIRouter

from portfolio.groups.routes.bureau import router as bureau
from portfolio.groups.routes.flags import router as flags
from portfolio.groups.routes.own import router as own
from portfolio.groups.routes.records import router as records
from portfolio.web.act import Act

router = APIRouter(route_class=Act)
router.include_router(records)
router.include_router(bureau)
router.include_router(own)
router.include_router(flags)

__all__ = ["router"]
