"""Taking files in and putting papers out: what may come in, where bytes are kept, what a paper is bound to."""

from portfolio.documents.service.check import (
    ACCEPT,
    LIMIT_BYTES,
    Incoming,
    Upload,
    attached,
    checked,
    safe_name,
)
from portfolio.documents.service.copies import (
    certify,
    duplicate,
    duplicate_obstacles,
    originals_obstacles,
    print_originals,
)
from portfolio.documents.service.keep import keep
from portfolio.documents.service.sweep import sweep
from portfolio.documents.service.verbs import add, issue

__all__ = [
    "ACCEPT",
    "LIMIT_BYTES",
    "Incoming",
    "Upload",
    "add",
    "attached",
    "certify",
    "checked",
    "duplicate",
    "duplicate_obstacles",
    "issue",
    "keep",
    "originals_obstacles",
    "print_originals",
    "safe_name",
    "sweep",
]
