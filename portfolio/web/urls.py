"""Addresses by route name, for pages; the registry itself knows no HTTP and lies in `kit`."""

from portfolio.kit.urls import known, register, safe_next, url

__all__ = ["known", "register", "safe_next", "url"]
