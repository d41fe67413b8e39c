"""The copy merged into the agreement: at signature, or at acceptance when the type needs no signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete

from portfolio.agreements import queries
from portfolio.agreements.models import Agreement, AgreementLine, Amendment, Condition, Tranche
from portfolio.agreements.service.amending.copy import CONDITION
from portfolio.agreements.service.life import open_suspension, settle
from portfolio.rulebook.lifecycles.agreements import AGREEMENT, TRANCHE
from portfolio.work import Work

RIGHTS = {"virement_within": "amendment:approve"}
"""Under which permission a type is merged, when it is not the signature of the authority."""


def merge(work: Work, agreement: Agreement, amendment: Amendment) -> None:
    """Write the copy into the held agreement."""
    after, by = amendment.changes["after"], RIGHTS.get(amendment.kind, "agreement:countersign")
    reason = amendment.reference
    match amendment.kind:
        case "extension":
            ends_on = date.fromisoformat(after["ends_on"])
            work.edit(agreement, "agreement:edited", permission=by, reason=reason, ends_on=ends_on)
        case "virement" | "virement_within":
            _merge_lines(work, agreement, after["lines"], reason, by)
        case "results":
            work.edit(agreement, "agreement:edited", permission=by, reason=reason, results=after["results"])
        case "suspension":
            work.advance(AGREEMENT, agreement, "suspend", reason=amendment.reason)
            open_suspension(work, agreement, reason, amendment.reason, amendment.signed_scan_id)
        case "termination":
            work.advance(AGREEMENT, agreement, "terminate", reason=amendment.reason)
            settle(work, agreement, amendment.reason)
        case "schedule":
            _merge_schedule(work, agreement, after["tranches"], reason)
        case "signatory":
            work.edit(
                agreement,
                "agreement:edited",
                permission=by,
                reason=reason,
                signatory_name=after["signatory_name"],
                signatory_function=after["signatory_function"],
                bank_account_id=after["account_id"],
            )


def _merge_lines(work: Work, agreement: Agreement, lines: list[dict[str, Any]], reason: str, by: str) -> None:
    """Lines keep their rows by position, because expenses are charged to them; a line that disappears must not have been used."""
    present = queries.lines(work, agreement)
    for position, facts in enumerate(lines, 1):
        line = next((known for known in present if known.position == position), None)
        if line is None:
            work.db.add(AgreementLine(agreement_id=agreement.id, position=position, **facts))
        else:
            for name, value in facts.items():
                setattr(line, name, value)
    work.db.flush()
    gone = [line.id for line in present if line.position > len(lines)]
    if gone:
        work.db.execute(delete(AgreementLine).where(AgreementLine.id.in_(gone)))
    sums = {
        source: sum(line["amount_minor"] for line in lines if line["source"] == source) for source in "NV"
    }
    work.edit(
        agreement,
        "agreement:edited",
        permission=by,
        reason=reason,
        own_cash_minor=sums["N"],
        own_kind_minor=sums["V"],
    )


def _merge_schedule(work: Work, agreement: Agreement, rows: list[dict[str, Any]], reason: str) -> None:
    by = "agreement:countersign"
    known = {t.number: t for t in queries.tranches(work, agreement)}
    kept = {row["number"] for row in rows}
    conditions = queries.conditions_of(work, list(known.values()))
    for row in rows:
        planned_on = date.fromisoformat(row["planned_on"]) if row["planned_on"] else None
        tranche = known.get(row["number"])
        if tranche is None:
            tranche = Tranche(
                agreement_id=agreement.id,
                number=row["number"],
                code=f"{agreement.reference}-T{row['number']}",
                country=agreement.country,
                call_id=agreement.call_id,
                group_id=agreement.group_id,
                amount_minor=row["amount_minor"],
                amount_currency=agreement.amount_currency,
                modality=row["modality"],
                planned_on=planned_on,
                label=row["label"],
            )
            work.create(
                tranche, "tranche:scheduled", reason=reason, data={"amount_minor": row["amount_minor"]}
            )
            _merge_conditions(work, tranche, [], row.get("conditions", ()))
        elif tranche.status == "planned":
            work.hold(tranche)
            work.edit(
                tranche,
                "tranche:edited",
                permission=by,
                reason=reason,
                amount_minor=row["amount_minor"],
                modality=row["modality"],
                planned_on=planned_on,
                label=row["label"],
            )
            if "conditions" in row:  # a copy made before copies carried them leaves them as they are
                _merge_conditions(work, tranche, conditions.get(tranche.id, []), row["conditions"])
    for number, tranche in known.items():
        if number not in kept and tranche.status == "planned":
            work.hold(tranche)
            work.advance(TRANCHE, tranche, "cancel", reason=reason)
    work.db.flush()


def _merge_conditions(
    work: Work, tranche: Tranche, present: Sequence[Condition], rows: Sequence[Mapping[str, Any]]
) -> None:
    """A condition that stays keeps its row, and with it what was shown or waived."""
    left = list(present)
    for position, row in enumerate(rows, 1):
        same = next((c for c in left if all(getattr(c, name) == row[name] for name in CONDITION)), None)
        if same is None:
            work.db.add(
                Condition(tranche_id=tranche.id, position=position, **{name: row[name] for name in CONDITION})
            )
        else:
            left.remove(same)
            same.position = position
    for gone in left:
        work.db.delete(gone)
    work.db.flush()
