"""The shapes of the demo data. Codes of states, verdicts, kinds and conditions are stable English words."""

from portfolio.seed.data.model.calls import (
    Call,
    Criterion,
    Funnel,
    Piece,
    ReservedShare,
    SessionPlan,
    Tags,
    tags,
)
from portfolio.seed.data.model.files import File, Letter, Line, Project, RankRow, Sheet, Tranche
from portfolio.seed.data.model.grants import Disbursement, GrantLife, Voucher
from portfolio.seed.data.model.money import Account, BudgetLine, Fund, Receipt
from portfolio.seed.data.model.people import (
    Committee,
    Delegation,
    Group,
    Officer,
    RoleGrant,
    Seat,
    Staff,
    Supplier,
)
from portfolio.seed.data.model.purchases import Problem, Purchase, Quotation

__all__ = [
    "Account",
    "BudgetLine",
    "Call",
    "Committee",
    "Criterion",
    "Delegation",
    "Disbursement",
    "File",
    "Fund",
    "Funnel",
    "GrantLife",
    "Group",
    "Letter",
    "Line",
    "Officer",
    "Piece",
    "Problem",
    "Project",
    "Purchase",
    "Quotation",
    "RankRow",
    "Receipt",
    "ReservedShare",
    "RoleGrant",
    "Seat",
    "SessionPlan",
    "Sheet",
    "Staff",
    "Supplier",
    "Tags",
    "Tranche",
    "Voucher",
    "tags",
]
