"""The verbs on groups: registered, corrected, led, verified, blocked; and their accounts."""

from portfolio.groups.service.accounts import (
    check_provider,
    check_second_reading,
    propose_account,
    retire_account,
    verify_account,
    verify_account_obstacles,
)
from portfolio.groups.service.flags import clear, exclude, propose_clearing
from portfolio.groups.service.registering import (
    block,
    edit,
    lift,
    near,
    register,
    register_own,
    replace_officer,
    verify,
    verify_obstacles,
)

__all__ = [
    "block",
    "check_provider",
    "check_second_reading",
    "clear",
    "edit",
    "exclude",
    "lift",
    "near",
    "propose_account",
    "propose_clearing",
    "register",
    "register_own",
    "replace_officer",
    "retire_account",
    "verify",
    "verify_account",
    "verify_account_obstacles",
    "verify_obstacles",
]
