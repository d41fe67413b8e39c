"""The addresses of calls: the record, the editor, the papers, and the public side."""

from fastapi import APIRouter

from portfolio.calls.routes.editor import router as editor
from portfolio.calls.routes.public import router as public
from portfolio.calls.routes.records import router as records
from portfolio.web.act import Act

router = APIRouter(route_class=Act)
router.include_router(editor)
router.include_router(records)
router.include_router(public)

__all__ = ["router"]
