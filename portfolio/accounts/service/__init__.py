"""The verbs of accounts: signing in and out, people, roles, delegations, connections."""

from portfolio.accounts.service.people import (
    confirm_obstacles,
    confirm_role,
    create_applicant,
    create_person,
    grant_role,
    save_view,
)
from portfolio.accounts.service.roles import delegate, give, name_act, withdraw, withdraw_obstacles
from portfolio.accounts.service.sessions import change_password, end_other, reset_password
from portfolio.accounts.service.signing import end_session, open_session, sign_in, throttled, touch
from portfolio.accounts.service.staff import edit_person, open_account, set_active
from portfolio.accounts.service.twins import confirm_two, confirm_two_obstacles, say_two
from portfolio.accounts.service.visa import (
    confirm_visa_rule,
    confirm_visa_rule_obstacles,
    propose_visa_rule,
)

__all__ = [
    "confirm_visa_rule",
    "confirm_visa_rule_obstacles",
    "propose_visa_rule",
    "change_password",
    "confirm_obstacles",
    "confirm_two",
    "confirm_two_obstacles",
    "say_two",
    "confirm_role",
    "create_applicant",
    "create_person",
    "delegate",
    "edit_person",
    "end_other",
    "end_session",
    "give",
    "grant_role",
    "name_act",
    "open_account",
    "open_session",
    "reset_password",
    "save_view",
    "set_active",
    "sign_in",
    "throttled",
    "touch",
    "withdraw",
    "withdraw_obstacles",
]
