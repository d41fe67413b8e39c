"""The verbs of accounts: signing in and out, people, roles."""

from portfolio.accounts.service.people import (
    confirm_obstacles,
    confirm_role,
    create_applicant,
    create_person,
    grant_role,
    save_view,
)
from portfolio.accounts.service.signing import end_session, open_session, sign_in, throttled, touch

__all__ = [
    "confirm_obstacles",
    "confirm_role",
    "create_applicant",
    "create_person",
    "end_session",
    "grant_role",
    "open_session",
    "save_view",
    "sign_in",
    "throttled",
    "touch",
]
