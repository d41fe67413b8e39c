"""The addresses of the desk, one module a subject."""

from __future__ import annotations

import importlib
import pkgutil

from fastapi import APIRouter

from portfolio.web.act import Act

router = APIRouter(route_class=Act)
for _found in pkgutil.iter_modules(__path__):
    router.include_router(importlib.import_module(f"{__name__}.{_found.name}").router)

__all__ = ["router"]
