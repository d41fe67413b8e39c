"""The verbs of batches and statements."""

from portfolio.payments.service.batches import (
    add,
    cancel,
    create,
    lock,
    lock_obstacles,
    reconcile,
    reconcile_obstacles,
    take_out,
    unlock,
)
from portfolio.payments.service.counts import confirm_count, confirm_obstacles, count_cash, withdraw_count
from portfolio.payments.service.files import file_bytes, file_name, file_refusals, line_faults, name_for
from portfolio.payments.service.reconciling import (
    control_obstacles,
    control_reconciliation,
    prepare_reconciliation,
    withdraw_reconciliation,
)
from portfolio.payments.service.sending import made_file, send, send_obstacles
from portfolio.payments.service.settling import charge, leave, match, reopen
from portfolio.payments.service.signing import (
    approve,
    approve_obstacles,
    authorise,
    drift_refusals,
    release,
)
from portfolio.payments.service.statements import import_statement, match_payment

__all__ = [
    "control_obstacles",
    "control_reconciliation",
    "prepare_reconciliation",
    "withdraw_reconciliation",
    "confirm_count",
    "confirm_obstacles",
    "count_cash",
    "withdraw_count",
    "charge",
    "leave",
    "match",
    "reopen",
    "import_statement",
    "match_payment",
    "add",
    "approve",
    "approve_obstacles",
    "authorise",
    "cancel",
    "create",
    "drift_refusals",
    "file_bytes",
    "file_name",
    "file_refusals",
    "line_faults",
    "lock",
    "lock_obstacles",
    "made_file",
    "name_for",
    "reconcile",
    "reconcile_obstacles",
    "release",
    "send",
    "send_obstacles",
    "take_out",
    "unlock",
]
