"""The verbs of a file: write it, file it, admit it late, withdraw it; close the register; log a contact."""

from portfolio.applications.service.drafting import (
    add_piece,
    attach_obstacles,
    complete_entry,
    entry_obstacles,
    fill,
    save_obstacles,
    save_page,
    start,
    start_obstacles,
    writing_permission,
)
from portfolio.applications.service.filing import (
    admit_late,
    deposit_obstacles,
    refuse_late,
    register_paper,
    submit,
    submit_obstacles,
    withdraw,
    withdraw_obstacles,
)
from portfolio.applications.service.registers import (
    close_obstacles,
    close_register,
    log_contact,
    mark_grant_closed,
    take,
    witness_register,
)

__all__ = [
    "add_piece",
    "admit_late",
    "attach_obstacles",
    "close_obstacles",
    "close_register",
    "complete_entry",
    "deposit_obstacles",
    "entry_obstacles",
    "fill",
    "log_contact",
    "mark_grant_closed",
    "refuse_late",
    "register_paper",
    "save_obstacles",
    "save_page",
    "start",
    "start_obstacles",
    "submit",
    "submit_obstacles",
    "take",
    "withdraw",
    "withdraw_obstacles",
    "witness_register",
    "writing_permission",
]
