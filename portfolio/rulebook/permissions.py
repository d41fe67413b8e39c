"""Who may do what: one matrix role → permissions. The scope of a role (a country, a call, a group, all) stands on its assignment.

Roles follow `institution.md` (R2, R3, R7): a committee proposes, the ordonnateur decides and orders, the comptable pays, the contrôleur gives visas,
auditors only read. No administrator holds a money or scoring right (Z06).
"""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.duties import INCOMPATIBLE as INCOMPATIBLE
from portfolio.rulebook.findings import AUDITED, AUDITS

ROLES: dict[str, str] = {
    "intake_agent": N_("Intake agent"),
    "grants_officer": N_("Grants officer"),
    "programme_head": N_("Head of programme"),
    "assessor": N_("Assessor"),
    "committee_secretary": N_("Committee secretary"),
    "committee_president": N_("Committee president"),
    "committee_member": N_("Committee member"),
    "procurement_officer": N_("Procurement officer"),
    "reception_member": N_("Reception committee member"),
    "financial_controller": N_("Financial controller"),
    "authorising_officer": N_("Authorising officer"),
    "accountant": N_("Accountant"),
    "cashier": N_("Cashier"),
    "internal_auditor": N_("Internal auditor"),
    "external_auditor": N_("External auditor"),
    "applicant": N_("Applicant"),
    "administrator": N_("Administrator"),
}

SCOPES = ("all", "country", "call", "group", "assigned")
MONEY_ROLES = frozenset({"authorising_officer", "accountant", "cashier", "financial_controller"})
"""Roles that need two persons to be granted and the shorter idle time (A03, Z06)."""

_STAFF_READS = frozenset(
    f"{noun}:view"
    for noun in (
        "desk framework place fund call group application session agreement project disbursement justification "
        "recovery procedure reach ledger visit closure amendment notice decision commitment screening"
    ).split()
)
_MONEY_READS = _STAFF_READS | {
    f"{noun}:view"
    for noun in ("money_receipt", "treasury", "score", "payment_batch", "bank_statement", "reconciliation", "mission")
}
_PAYEE_READS = frozenset({"group:view_names", "group_account:view_number"})
"""Who orders, controls or pays must read whom and where it pays; elsewhere names are initials and numbers four characters (F15, P06)."""

_FUNDING = frozenset({"fund:prepare", "fund_call:prepare", "donor_refund:propose"})
_BATCHES = frozenset(f"payment_batch:{verb}" for verb in ("prepare", "send", "unlock")) | {
    "cash_count:count",
    "donor_refund:pay",
    "reconciliation:prepare",
}

_COMMITTEE = frozenset(
    {
        "desk:view",
        "call:view",
        "session:view",
        "session:sign",
        "interest:declare",
        "procedure:witness",
        "score:view",
        "application:view",
        "procedure:view",
        "framework:view",
        "group:view",
    }
)

GRANTS: dict[str, frozenset[str]] = {
    "intake_agent": frozenset(
        {
            "desk:view",
            "call:view",
            "group:view",
            "group:register",
            "group:view_names",
            "application:view",
            "application:enter",
            "application:submit",
            "filing:receive",
            "contact:log",
            "place:view",
        }
    ),
    "grants_officer": _STAFF_READS
    | AUDITED
    | {
        "paper:copy",
        "call:create",
        "call:edit",
        "call:send",
        "group:register",
        "group:view_names",
        "group:edit",
        "group_account:propose",
        "group:verify",
        "application:enter",
        "application:submit",
        "application:screen",
        "application:assign",
        "application:withdraw",
        "filing:receive",
        "notice:prepare",
        "notice:send",
        "agreement:prepare",
        "agreement:send",
        "amendment:prepare",
        "condition:meet",
        "red_flag:propose",
        "disbursement:request",
        "disbursement:liquidate",
        "disbursement:return",
        "tranche:release",
        "justification:enter",
        "justification:submit",
        "justification:review",
        "recovery:prepare",
        "formal_notice:send",
        "project:manage",
        "visit:report",
        "reach:record",
        "reach:view_names",
        "grievance:view",
        "grievance:record",
        "grievance:answer",
        "procedure:manage_group",
        "supplier:edit",
        "supplier_account:propose",
        "tag:edit",
        "commitment:prepare",
        "score:view",
        "closure:prepare",
        "contact:log",
    },
    "programme_head": _STAFF_READS
    | _FUNDING
    | AUDITED
    | {
        "mission:answer",
        "paper:copy",
        "paper:certify",
        "call:publish",
        "call:cancel",
        "call:finalise",
        "group:view_names",
        "group:verify",
        "group:block",
        "group:lift",
        "group_account:verify",
        "application:admit_late",
        "application:reinstate",
        "application:assign",
        "application:screen",
        "framework:propose",
        "notice:check",
        "agreement:check",
        "agreement:suspend",
        "formal_notice:send",
        "formal_notice:lift",
        "agreement:close",
        "amendment:approve",
        "condition:waive",
        "proof:accept",
        "cost_cap:set",
        "red_flag:clear",
        "decision:prepare",
        "commitment:prepare",
        "disbursement:liquidate",
        "disbursement:return",
        "payment_batch:view",
        "payment_batch:approve",
        "payment_batch:unlock",
        "tranche:release",
        "justification:validate",
        "visit:validate",
        "duplicate:decide",
        "erasure:decide",
        "procedure:witness",
        "method_rule:edit",
        "supplier:block",
        "supplier_account:verify",
        "score:view",
        "score_sheet:reopen",
        "grievance:view",
        "grievance:assign",
        "grievance:close",
        "grievance:view_sensitive",
        "reach:view_names",
        "tag:edit",
        "role:view",
        "closure:prepare",
        "member:appoint",
    },
    "assessor": frozenset(
        {"desk:view", "call:view", "score_sheet:view", "score_sheet:fill", "framework:view"}
    ),
    "committee_secretary": _STAFF_READS
    | {
        "paper:copy",
        "paper:certify",
        "group:view_names",
        "session:convene",
        "session:open",
        "session:minute",
        "session:sign",
        "score:view",
        "score_sheet:enter",
        "procedure:witness",
        "decision:prepare",
        "notice:prepare",
        "application:assign",
        "member:appoint",
    },
    "committee_president": _COMMITTEE | {"session:open", "score_sheet:reopen"},
    "committee_member": _COMMITTEE,
    "procurement_officer": _STAFF_READS
    | AUDITED
    | {
        "paper:copy",
        "procedure:manage",
        "procedure:witness",
        "procedure:decide",
        "session:convene",
        "session:open",
        "session:minute",
        "session:sign",
        "supplier:edit",
        "supplier_account:propose",
        "member:appoint",
    },
    "reception_member": frozenset(
        {
            "desk:view",
            "procedure:view",
            "procedure:receive",
            "project:view",
            "agreement:view",
            "group:view",
            "session:view",
            "session:sign",
            "interest:declare",
        }
    ),
    "financial_controller": _MONEY_READS
    | _PAYEE_READS
    | {
        "commitment:visa",
        "disbursement:visa",
        "disbursement:reject",
        "payment_batch:approve",
        "cash_count:confirm",
        "reconciliation:control",
        "payment_batch:unlock",
        "tranche:release",
    },
    "authorising_officer": _MONEY_READS
    | _PAYEE_READS
    | AUDITED
    | {
        "mission:answer",
        "reconciliation:control",
        "paper:copy",
        "paper:certify",
        "framework:approve",
        "fund:validate",
        "fund:freeze",
        "fund_call:send",
        "donor_refund:approve",
        "budget_line:vote",
        "call:cancel",
        "call:finalise",
        "decision:sign",
        "agreement:countersign",
        "agreement:terminate",
        "agreement:suspend",
        "disbursement:order",
        "disbursement:requisition",
        "disbursement:return",
        "payment_batch:authorise",
        "payment_batch:unlock",
        "procedure:order",
        "recovery:issue",
        "recovery:deduct",
        "closure:attest",
        "period:close",
        "role:grant",
        "role:view",
        "recovery:write_off",
        "delegation:give",
        "amendment:approve",
        "condition:waive",
        "red_flag:clear",
        "grievance:view",
        "grievance:view_sensitive",
    },
    "accountant": _MONEY_READS
    | _PAYEE_READS
    | _BATCHES
    | _FUNDING
    | AUDITED
    | {
        "closure:clear_account",
        "reconciliation:control",
        "paper:copy",
        "paper:certify",
        "money_receipt:record",
        "money_receipt:confirm",
        "disbursement:pay",
        "cash_count:confirm",
        "payment_batch:release",
        "bank_statement:import",
        "tranche:release",
        "disbursement:reject",
        "recovery:collect",
        "treasury:manage",
        "ledger:print",
        "ledger:verify",
        "ledger:reverse",
        "period:propose",
    },
    "cashier": _MONEY_READS
    | _PAYEE_READS
    | _BATCHES
    | {"paper:copy", "disbursement:pay", "tranche:release", "money_receipt:record", "ledger:print"},
    "internal_auditor": _MONEY_READS
    | _PAYEE_READS
    | AUDITS
    | {
        "ledger:print",
        "ledger:verify",
        "journal:view",
        "role:view",
        "grievance:view",
        "grievance:view_sensitive",
    },
    "external_auditor": _MONEY_READS
    | AUDITS
    | {"ledger:print", "ledger:verify", "journal:view", "role:view", "grievance:view"},
    "applicant": frozenset(
        {
            "own:view",
            "own:apply",
            "application:submit",
            "application:withdraw",
        }
    ),
    "administrator": frozenset(
        {
            "desk:view",
            "role:view",
            "role:grant",
            "person:create",
            "person:edit",
            "place:view",
            "place:edit",
            "framework:view",
            "journal:view",
        }
    ),
}

PERMISSIONS: frozenset[str] = frozenset().union(*GRANTS.values())


def roles_with(permission: str) -> list[str]:
    """The roles that hold a permission, in the order of `ROLES`: who can unblock."""
    return [role for role in ROLES if permission in GRANTS[role]]


def who_may(permission: str) -> str:
    """The roles that hold a permission, in words: who can unblock."""
    return ", ".join(_(ROLES[role]) for role in roles_with(permission)) or _("nobody")
