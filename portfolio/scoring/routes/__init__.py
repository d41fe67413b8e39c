"""The addresses of scoring: one's sheets, the progress of a call, the ranked list."""

from fastapi import APIRouter

from portfolio.scoring.routes.calls import router as calls
from portfolio.scoring.routes.files import router as files
from portfolio.scoring.routes.sheets import router as sheets
from portfolio.web.act import Act

router = APIRouter(route_class=Act)
router.include_router(sheets)
router.include_router(calls)
router.include_router(files)

__all__ = ["router"]
