"""The addresses of awards: decisions, commitments and their visa, letters."""

from fastapi import APIRouter

from portfolio.awards.routes.commitments import router as commitments
from portfolio.awards.routes.decisions import router as decisions
from portfolio.awards.routes.letters import router as letters
from portfolio.web.act import Act

router = APIRouter(route_class=Act)
router.include_router(commitments)
router.include_router(letters)
router.include_router(decisions)

__all__ = ["router"]
