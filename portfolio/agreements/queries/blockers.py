"""Why a tranche cannot be paid now: in francs, with the way out and who can unblock it (J3, C11).

What is justified comes from the ledger's balances by tranche code, never from a sum over papers: accounts 409 (advance paid), 657 (accepted),
463 and 659 (asked back, written off).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import quote

from sqlalchemy import select

from portfolio.agreements.models import PROVEN, Agreement, Condition, Proof, Tranche
from portfolio.agreements.queries.cooling import account_refusals, flag_refusals
from portfolio.agreements.queries.proofs import deposit_missing, shown
from portfolio.agreements.queries.served import served, unproven_refusals
from portfolio.agreements.queries.stops import Stop, end_with_stops, stops_of
from portfolio.agreements.reference import (
    CONDITION_WORDS,
    EVIDENCE_PERMISSION,
    JUSTIFIED,
    REDUCING,
    WAYS_OUT,
)
from portfolio.groups.models import Group, GroupAccount
from portfolio.groups.queries import Flag, open_flags
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.ledger import queries as ledger
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

SPENT = ("907", "409", "657", "463", "659")


@dataclass(frozen=True)
class Standing:
    """What the ledger says of one tranche, in minor units."""

    advanced: int = 0
    open: int = 0
    """The advance that is still to be justified."""
    accepted: int = 0
    returned: int = 0
    """Paid back by the group; what was written off is not counted."""
    claimed: int = 0
    """Under a repayment order, not yet paid back."""


@dataclass
class Snapshot:
    """An agreement as it stands, read once: what every question about its tranches is answered from."""

    agreement: Agreement
    tranches: list[Tranche]
    conditions: dict[int, list[Condition]]
    account: GroupAccount | None
    standings: Mapping[str, Standing]
    stops: list[Stop] = field(default_factory=list)
    now: datetime | None = None
    claimed_minor: int = 0
    """What the group still owes under repayment orders, whatever the grant: no first money while it does."""
    flags: list[Flag] = field(default_factory=list)
    """Open red flags of the group: no first money while one is (I4)."""
    supposed: frozenset[int] = frozenset()
    """Conditions that a simulation supposes met."""
    proofs: Mapping[int, list[Proof]] = field(default_factory=dict)
    """By condition: the records that show it."""
    served: frozenset[int] = frozenset()
    """Tranches paid to a supplier for which something was received."""

    def standing(self, tranche: Tranche) -> Standing:
        """The ledger's word on a tranche; nothing when it was never paid."""
        return self.standings.get(tranche.code, Standing())


def standings(work: Work, agreement: Agreement) -> dict[str, Standing]:
    """The ledger by tranche code of one agreement; one query."""
    found = {}
    for code, accounts in ledger.table(work.db, "tranche", SPENT, agreement=agreement.reference).items():
        if not code:
            continue
        found[code] = standing_of(accounts)
    return found


def standing_of(accounts: Mapping[str, tuple[int, int]]) -> Standing:
    """One tranche from its accounts. Nets alone: one side of an account still holds what a contre-passation took back."""
    net = {account: debit - credit for account in SPENT for debit, credit in (accounts.get(account, (0, 0)),)}
    returned = net["907"] - net["409"] - net["657"] - net["463"] - net["659"]
    return Standing(net["907"], net["409"], net["657"], returned, net["463"])


def snapshot(work: Work, agreement: Agreement, supposed: frozenset[int] = frozenset()) -> Snapshot:
    """Everything the tranches of one agreement depend on; a handful of queries."""
    tranches: dict[int, Tranche] = {}
    conditions: dict[int, list[Condition]] = {}
    statement = (
        select(Tranche, Condition, Proof)
        .outerjoin(Condition, Condition.tranche_id == Tranche.id)
        .outerjoin(Proof, Proof.condition_id == Condition.id)
        .where(Tranche.agreement_id == agreement.id)
        .order_by(Tranche.number, Condition.position, Condition.id, Proof.id)
    )
    proofs: dict[int, list[Proof]] = {}
    for tranche, condition, proof in work.db.execute(statement):
        tranches[tranche.id] = tranche
        rows = conditions.setdefault(tranche.id, [])
        if condition is not None and (not rows or rows[-1] is not condition):
            rows.append(condition)
        if proof is not None:
            proofs.setdefault(condition.id, []).append(proof)
    account = work.db.get(GroupAccount, agreement.bank_account_id) if agreement.bank_account_id else None
    first = not any(t.paid_minor for t in tranches.values())
    group = work.db.get_one(Group, agreement.group_id)
    return Snapshot(
        agreement,
        list(tranches.values()),
        conditions,
        account,
        standings(work, agreement),
        stops_of(work, agreement),
        work.now,
        _claimed(work, group) if first else 0,
        open_flags(work, group, agreement.reference) if first else [],
        supposed,
        proofs,
        served(work, tranches.values()),
    )


def _claimed(work: Work, group: Group) -> int:
    """Account 463 of the group, over all its grants, in minor units."""
    debit, credit = ledger.turnover(work.db, "463", party=group.code)
    return debit - credit


def words(condition: Condition, number: int) -> str:
    """A condition as people say it; `number` is its tranche's."""
    if condition.label:
        return condition.label
    if condition.kind == "justified_previous":
        facts = {"percent": condition.threshold or 0, "number": number - 1}
        return _("At least %(percent)d %% of tranche %(number)d justified and accepted") % facts
    if condition.kind == "justified_earlier":
        if number == 3:
            return _("%(percent)d %% of tranche 1 justified and accepted") % {
                "percent": condition.threshold or 0
            }
        return _("%(percent)d %% of each tranche before tranche %(number)d justified and accepted") % {
            "percent": condition.threshold or 0,
            "number": number - 1,
        }
    if condition.kind == "less_shortfall":
        facts = {"percent": condition.threshold or 0, "number": number - 1}
        return _("Paid less what is missing to %(percent)d %% of tranche %(number)d justified") % facts
    return _(CONDITION_WORDS[condition.kind])


def targets(snap: Snapshot, tranche: Tranche, condition: Condition) -> list[Tranche]:
    """The tranches that a justified_* condition looks at. Direct payments and gifts in kind leave nothing to justify."""
    if condition.kind == "retention":
        wanted = [t for t in snap.tranches if t.number < tranche.number]
    elif condition.kind in ("justified_previous", *REDUCING):
        wanted = [t for t in snap.tranches if t.number == tranche.number - 1]
    else:
        wanted = [t for t in snap.tranches if t.number < max(tranche.number - 1, 2)]
    return [
        t for t in wanted if t.modality == "advance" and t.status != "cancelled" and t.number < tranche.number
    ]


def missing_francs(snap: Snapshot, tranche: Tranche, condition: Condition, other: Tranche) -> int:
    """What is lacking in accepted expenses of `other` for the condition, in minor units; its whole amount when it was never paid."""
    standing = snap.standing(other)
    base = standing.advanced or other.amount_minor
    wanted = -(-base * (condition.threshold or 100) // 100)
    return max(0, wanted - standing.accepted - standing.returned)


def is_met(snap: Snapshot, tranche: Tranche, condition: Condition, extra_minor: int = 0) -> bool:
    """Whether a condition holds: waived, recorded, or computed."""
    if condition.waived_at is not None or condition.id in snap.supposed:
        return True
    if condition.kind in REDUCING:  # it lowers what is paid; only an advance never paid blocks
        return all(snap.standing(t).advanced for t in targets(snap, tranche, condition))
    if condition.kind == "retention":
        found = targets(snap, tranche, condition)
        return all(t.paid_minor and not snap.standing(t).claimed for t in found) and (
            sum(snap.standing(t).open for t in found) <= extra_minor
        )
    if condition.kind == "account_opened":
        return snap.account is not None and snap.account.status == "verified"
    if condition.kind in JUSTIFIED:
        return all(
            snap.standing(t).advanced and missing_francs(snap, tranche, condition, t) <= extra_minor
            for t in targets(snap, tranche, condition)
        )
    if condition.kind == "agreement_signed":
        return snap.agreement.signed_at is not None
    if condition.kind in PROVEN:  # the records themselves, not what was once said of them
        return shown(snap.agreement, condition, snap.proofs.get(condition.id, []))
    return condition.met_at is not None


def condition_refusals(
    snap: Snapshot, tranche: Tranche, condition: Condition, extra_minor: int = 0
) -> Iterator[Refusal]:
    """What is missing for one condition."""
    if is_met(snap, tranche, condition, extra_minor):
        return
    if condition.kind == "retention":
        owed = sum(
            snap.standing(t).open + snap.standing(t).claimed for t in targets(snap, tranche, condition)
        )
        yield Refusal(
            "retained",
            _(
                "Tranche %(number)d is a retention: %(missing)s of the earlier advances are neither justified nor paid back."
            )
            % {"number": tranche.number, "missing": amount(owed, tranche.amount_currency)}
            if owed
            else _("Tranche %(number)d is a retention: the earlier tranches are not all paid.")
            % {"number": tranche.number},
            way_out=_(WAYS_OUT[condition.kind]),
            who=who_may("justification:validate"),
            missing_minor=max(0, owed - extra_minor) or None,
            url=f"/justifications?q={quote(snap.agreement.reference)}",
        )
        return
    if condition.kind == "own_contribution" and snap.agreement.own_cash_minor:
        missing = deposit_missing(snap.agreement, snap.proofs.get(condition.id, []))
        yield Refusal(
            "condition_own_contribution",
            _(
                "Tranche %(number)d blocked: %(missing)s of the own contribution in cash of %(whole)s are not shown."
            )
            % {
                "number": tranche.number,
                "missing": amount(missing, tranche.amount_currency),
                "whole": amount(snap.agreement.own_cash_minor, tranche.amount_currency),
            },
            way_out=_(WAYS_OUT[condition.kind]),
            who=who_may("condition:meet"),
            missing_minor=missing,
            url=f"/agreements/{snap.agreement.id}#condition-{condition.id}",
        )
        return
    if condition.kind not in (*JUSTIFIED, *REDUCING):
        yield Refusal(
            f"condition_{condition.kind}",
            _("Tranche %(number)d blocked: condition not met — %(condition)s.")
            % {"number": tranche.number, "condition": words(condition, tranche.number)},
            way_out=_(WAYS_OUT[condition.kind]),
            who=who_may(EVIDENCE_PERMISSION.get(condition.kind, "condition:meet")),
            url=f"/agreements/{snap.agreement.id}#condition-{condition.id}",
        )
        return
    for other in targets(snap, tranche, condition):
        if not snap.standing(other).advanced:
            yield Refusal(
                "previous_unpaid",
                _("Tranche %(number)d blocked: tranche %(other)d has not been paid yet.")
                % {"number": tranche.number, "other": other.number},
                way_out=_("Pay and justify tranche %(other)d first.") % {"other": other.number},
                who=who_may("disbursement:pay"),
            )
            continue
        missing = missing_francs(snap, tranche, condition, other) - extra_minor
        if missing > 0 and condition.kind in JUSTIFIED:
            yield Refusal(
                "not_justified",
                _(
                    "Tranche %(number)d blocked: %(missing)s of accepted expenses are missing to reach %(percent)d %% of tranche %(other)d."
                )
                % {
                    "number": tranche.number,
                    "missing": amount(missing, tranche.amount_currency),
                    "percent": condition.threshold or 100,
                    "other": other.number,
                },
                way_out=_(
                    "Correct the papers in suspense or rejected of tranche %(other)d, or hand in the missing ones."
                )
                % {"other": other.number},
                who=who_may("justification:validate"),
                missing_minor=missing,
                url=f"/justifications?q={quote(snap.agreement.reference)}",
            )


def reduction(snap: Snapshot, tranche: Tranche, extra_minor: int = 0) -> int:
    """What is taken off a tranche because earlier expenses are missing, in minor units."""
    off = 0
    for condition in snap.conditions.get(tranche.id, ()):
        if condition.kind in REDUCING and condition.waived_at is None and condition.id not in snap.supposed:
            missing = sum(
                missing_francs(snap, tranche, condition, t) for t in targets(snap, tranche, condition)
            )
            off += max(0, missing - extra_minor)
    return min(off, tranche.amount_minor)


def payable_in(snap: Snapshot, tranche: Tranche, extra_minor: int = 0) -> int:
    """What may be asked of a tranche, in minor units: its amount less the shortfall of the earlier ones; of a reimbursement, at most the
    expenses shown and accepted (R4)."""
    most = tranche.amount_minor - reduction(snap, tranche, extra_minor)
    return min(most, tranche.shown_minor + extra_minor) if tranche.modality == "reimbursement" else most


def blockers_in(
    snap: Snapshot, tranche: Tranche, on: date | None = None, extra_minor: int = 0
) -> list[Refusal]:
    """Every reason why this tranche cannot be requested; with `on`, as of that day; `extra_minor` supposes so many more francs accepted."""
    return list(_blockers(snap, tranche, on, extra_minor))


def _blockers(snap: Snapshot, tranche: Tranche, on: date | None, extra_minor: int) -> Iterator[Refusal]:
    agreement, now = snap.agreement, snap.now
    assert now is not None
    day = on or now.date()
    number = {"number": tranche.number}
    if agreement.status == "suspended":
        yield Refusal(
            "suspended",
            _("The agreement is suspended: nothing is paid until it resumes."),
            way_out=_("Resume the agreement, with the reason."),
            who=who_may("agreement:suspend"),
        )
    elif agreement.status != "active":
        yield Refusal(
            "not_in_execution",
            _("The agreement is not in execution: it must be signed by both parties, and not ended."),
            way_out=_("Follow the agreement to its signature."),
            who=who_may("agreement:countersign"),
        )
    if tranche.status != "planned":
        yield Refusal(
            "tranche_taken",
            _("Tranche %(number)d is already requested, paid or cancelled.") % number,
        )
    if tranche.frozen_reason:
        yield Refusal(
            "frozen",
            _("Tranche %(number)d is frozen: %(reason)s") % {**number, "reason": tranche.frozen_reason},
            way_out=_("Settle the matter, then free the tranche."),
            who=who_may("condition:waive"),
        )
    end = end_with_stops(snap.stops, agreement.starts_on, agreement.ends_on, min(day, now.date()))
    if day > end and not any(s.covers(day) for s in snap.stops):
        yield Refusal(
            "ended",
            _("The agreement ended on %(when)s.") % {"when": date_text(end)},
            way_out=_("Prepare an amendment that extends it."),
            who=who_may("amendment:prepare"),
        )
    for condition in snap.conditions.get(tranche.id, ()):
        yield from condition_refusals(snap, tranche, condition, extra_minor)
    unproven = list(unproven_refusals(tranche, snap.served, extra_minor))
    yield from unproven
    if not unproven and not payable_in(snap, tranche, extra_minor):
        yield Refusal(
            "nothing_payable",
            _("Tranche %(number)d: what is missing in the earlier tranches takes it whole.") % number,
            way_out=_(WAYS_OUT[REDUCING[0]]),
            who=who_may("justification:validate"),
            missing_minor=reduction(snap, tranche, extra_minor),
        )
    if snap.claimed_minor > 0:
        yield Refusal(
            "owes_money",
            _(
                "The group still owes %(amount)s under a repayment order: no first payment before it is settled."
            )
            % {"amount": amount(snap.claimed_minor, tranche.amount_currency)},
            way_out=_("Collect what is owed, or write it off by an act."),
            who=who_may("recovery:collect"),
            missing_minor=snap.claimed_minor,
            url="/justifications/recoveries",
        )
    yield from flag_refusals(snap.flags, agreement.group_id)
    if tranche.modality in ("advance", "reimbursement"):
        at = now if on is None or on <= now.date() else now + timedelta(days=(on - now.date()).days)
        yield from account_refusals(snap.account, at, agreement.id)


def blockers(work: Work, tranche: Tranche, on: date | None = None, extra_minor: int = 0) -> list[Refusal]:
    """The same for one tranche alone, read fresh."""
    found = snapshot(work, work.db.get_one(Agreement, tranche.agreement_id))
    return blockers_in(found, tranche, on, extra_minor)
