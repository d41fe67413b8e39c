"""What the pages of agreements show: one set of facts a page, used by the GET and by the refused POST."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from portfolio.agreements.models import Agreement, Amendment, Condition, Proof, Tranche
from portfolio.agreements.queries.blockers import (
    Snapshot,
    blockers_in,
    condition_refusals,
    is_met,
    payable_in,
    snapshot,
    words,
)
from portfolio.agreements.queries.records import (
    accounts,
    amendments,
    lines,
    notified_on,
    officers,
    parties,
    people,
)
from portfolio.agreements.queries.stops import end_with_stops
from portfolio.agreements.reference import (
    CONDITION_FACTS,
    CONDITION_SOURCES,
    MODALITY_WORDS,
    RECORD_WORDS,
    USUAL,
    Usual,
)
from portfolio.applications.models import Application, BudgetItem
from portfolio.awards.models import Award, Decision
from portfolio.groups.models import Group
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import percent_of, split
from portfolio.work import Work


@dataclass(frozen=True)
class ConditionRow:
    """A condition as the page shows it."""

    condition: Condition
    words: str
    met: bool
    record: str
    """What an officer does to show it; empty when another room tells it."""
    proofs: list[Proof]
    source: str
    """Where the rule comes from, and where its fact is read."""
    refusals: list[Refusal]


@dataclass(frozen=True)
class TrancheRow:
    """A tranche as the page shows it: its stages, its conditions, and what blocks it."""

    tranche: Tranche
    modality: str
    conditions: list[ConditionRow]
    blockers: list[Refusal]
    accepted_minor: int
    returned_minor: int
    claimed_minor: int
    open_minor: int
    payable_minor: int
    """What may be asked now: the amount less the shortfall of the earlier tranches."""
    justified_tenths: int | None
    """Tenths of a percent of what was paid; None while nothing was."""

    @property
    def payable(self) -> bool:
        """Planned, and nothing stands in the way."""
        return self.tranche.status == "planned" and not self.blockers

    @property
    def stages(self) -> list[tuple[str, int]]:
        """The cumulative stages, engagé to reversé, in minor units."""
        t = self.tranche
        engaged = 0 if t.status == "cancelled" else t.amount_minor
        return [
            (_("Committed"), engaged),
            (_("Liquidated"), t.liquidated_minor),
            (_("Ordered for payment"), t.ordered_minor),
            (_("Paid"), t.paid_minor),
            (_("Justified"), self.accepted_minor),
            (_("Paid back"), self.returned_minor),
        ]

    @property
    def drills(self) -> tuple[str, ...]:
        """The account whose entries of this tranche explain each stage; none for the commitment, which is the agreement's."""
        cleared = "409" if self.tranche.modality == "advance" else "657"
        return "", "905", "906", "907", cleared, "409"


def source_of(condition: Condition) -> str:
    """« Agreement, article 6 · computed from the ledger »."""
    fact = CONDITION_FACTS.get(condition.kind, N_("recorded with its paper"))
    return f"{condition.source or _(CONDITION_SOURCES[condition.kind])} · {_(fact)}"


def tranche_table(
    work: Work, snap: Snapshot, on: date | None = None, extra_minor: int = 0
) -> list[TrancheRow]:
    """Every tranche with its stages and blockers; no query."""
    rows = []
    for tranche in snap.tranches:
        standing = snap.standing(tranche)
        open_ = tranche.status == "planned"
        shown = [
            ConditionRow(
                condition,
                words(condition, tranche.number),
                is_met(snap, tranche, condition),
                _(RECORD_WORDS[condition.kind]) if condition.kind in RECORD_WORDS else "",
                list(snap.proofs.get(condition.id, [])),
                source_of(condition),
                list(condition_refusals(snap, tranche, condition)) if open_ else [],
            )
            for condition in snap.conditions.get(tranche.id, [])
        ]
        advance = tranche.modality == "advance"
        rows.append(
            TrancheRow(
                tranche,
                _(MODALITY_WORDS[tranche.modality]),
                shown,
                blockers_in(snap, tranche, on, extra_minor) if open_ else [],
                standing.accepted if advance else tranche.paid_minor,
                standing.returned,
                standing.claimed,
                standing.open,
                payable_in(snap, tranche, extra_minor),
                percent_of(standing.accepted, tranche.paid_minor) if advance and tranche.paid_minor else None,
            )
        )
    return rows


def facts(work: Work, agreement: Agreement) -> dict[str, Any]:
    """The page of an agreement."""
    snap = snapshot(work, agreement)
    rows = tranche_table(work, snap)
    found = parties(work, agreement)
    persons = people(
        work,
        [
            agreement.created_by_id,
            agreement.checked_by_id,
            agreement.sent_by_id,
            agreement.signed_by_id,
            *(p.recorded_by_id for found in snap.proofs.values() for p in found),
            *(p.accepted_by_id for found in snap.proofs.values() for p in found),
            *(c.met_by_id for group in snap.conditions.values() for c in group),
            *(c.waived_by_id for group in snap.conditions.values() for c in group),
            *(c.waiver_proposed_by_id for group in snap.conditions.values() for c in group),
        ],
    )
    totals = [
        (label, sum(row.stages[i][1] for row in rows))
        for i, (label, _amount) in enumerate(rows[0].stages if rows else [])
    ]
    return {
        "agreement": agreement,
        "parties": found,
        "rows": rows,
        "totals": totals,
        "budget": lines(work, agreement),
        "amendments": amendments(work, agreement),
        "persons": persons,
        "stops": snap.stops,
        "end": end_with_stops(snap.stops, agreement.starts_on, agreement.ends_on, work.today),
        "open_minor": sum(row.open_minor for row in rows),
        "notified": notified_on(work, agreement.application_id),
    }


def agreement_page(work: Work, agreement: Agreement) -> dict[str, Any]:
    """The same, with what the forms of the page need: the bureau and the accounts."""
    return {
        **facts(work, agreement),
        "officers": officers(work, agreement.group_id),
        "accounts": accounts(work, agreement.group_id),
    }


@dataclass(frozen=True)
class Supposed:
    """One tranche now, and as it would be."""

    now: TrancheRow
    then: TrancheRow

    @property
    def missing_minor(self) -> int:
        """The francs that would still be missing."""
        return sum(r.missing_minor or 0 for r in self.then.blockers)


def simulate(
    work: Work,
    agreement: Agreement,
    on: date | None,
    accepted_minor: int,
    met: Iterable[int] = (),
    number: int | None = None,
) -> list[Supposed]:
    """« et si… »: what blocks each tranche today, and what would on that day, were so many more francs accepted and these conditions met."""
    now = tranche_table(work, snapshot(work, agreement))
    then = tranche_table(work, snapshot(work, agreement, frozenset(met)), on, accepted_minor)
    return [
        Supposed(a, b) for a, b in zip(now, then, strict=True) if number is None or a.tranche.number == number
    ]


def edit_facts(work: Work, award: Award, usual: str = "three") -> dict[str, Any]:
    """A blank agreement for an award: the budget of its file, and a usual schedule that sums to the grant."""
    application = work.db.get_one(Application, award.application_id)
    items = list(
        work.db.scalars(
            select(BudgetItem)
            .where(BudgetItem.application_id == application.id)
            .order_by(BudgetItem.position)
        )
    )
    chosen: Usual = next((u for u in USUAL if u.code == usual), USUAL[0])
    amounts = split(award.amount_minor, [share for share, _m, _c in chosen.tranches])
    return {
        "award": award,
        "application": application,
        "items": items,
        "granted_lines_minor": sum(i.amount_minor for i in items if i.source == "S"),
        "usual": chosen,
        "usuals": USUAL,
        "tranches": [
            {"amount": amount, "modality": modality}
            for amount, (_share, modality, _conditions) in zip(amounts, chosen.tranches, strict=True)
        ],
        "conditions": [
            {"tranche": number, "kind": kind, "threshold": threshold}
            for number, (_share, _modality, conditions) in enumerate(chosen.tranches, 1)
            for kind, threshold in conditions
        ],
        "accounts": accounts(work, award.group_id),
    }


def present(work: Work, agreement: Agreement) -> dict[str, Any]:
    """What stands in an agreement, in the shape of its form."""
    snap = snapshot(work, agreement)
    return {
        "items": lines(work, agreement),
        "tranches": [
            {
                "amount": t.amount_minor,
                "modality": t.modality,
                "planned_on": t.planned_on,
                "label": t.label,
            }
            for t in snap.tranches
        ],
        "conditions": [
            {
                "tranche": t.number,
                "kind": c.kind,
                "threshold": c.threshold,
                "label": c.label,
                "source": c.source,
            }
            for t in snap.tranches
            for c in snap.conditions.get(t.id, [])
        ],
    }


def awards_waiting(work: Work) -> list[dict[str, Any]]:
    """Grants decided that have no agreement yet, oldest decision first."""
    statement = (
        select(
            Award,
            Decision.reference,
            Decision.signed_at,
            Application.reference,
            Application.title,
            Group.name,
        )
        .join(Decision, Decision.id == Award.decision_id)
        .join(Application, Application.id == Award.application_id)
        .join(Group, Group.id == Award.group_id)
        .where(
            work.within("agreement:prepare", Award),
            Award.outcome == "awarded",
            Decision.status == "signed",
            Award.application_id.not_in(select(Agreement.application_id)),
        )
        .order_by(Decision.signed_at, Award.id)
    )
    return [
        {
            "award": award,
            "decision": decision,
            "signed_at": signed_at,
            "application": application,
            "title": title,
            "group": group,
        }
        for award, decision, signed_at, application, title, group in work.db.execute(statement)
    ]


def amendment_page(work: Work, amendment: Amendment) -> dict[str, Any]:
    """The page of an amendment."""
    agreement = work.db.get_one(Agreement, amendment.agreement_id)
    persons = people(
        work,
        [
            amendment.created_by_id,
            amendment.submitted_by_id,
            amendment.approved_by_id,
            amendment.signed_by_id,
        ],
    )
    return {
        "amendment": amendment,
        "agreement": agreement,
        "persons": persons,
        "officers": officers(work, agreement.group_id),
    }
