"""Amendments: typed, one open of each type, made on a copy, both sums checked, merged at signature, never touching a paid tranche (I5, C10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from portfolio.agreements import queries
from portfolio.agreements.forms import AmendmentForm, AmendmentSignatureForm
from portfolio.agreements.models import Agreement, AgreementLine, Amendment, Condition, Tranche
from portfolio.agreements.reference import AMENDMENT_WORDS
from portfolio.agreements.service.sums import budget_obstacles, schedule_obstacles
from portfolio.documents import service as documents
from portfolio.groups.models import GroupAccount
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.rulebook.lifecycles.agreements import AMENDMENT, TRANCHE
from portfolio.work import Work

OPEN = ("draft", "submitted", "approved")
_LINE = ("label", "unit", "quantity", "unit_minor", "amount_minor", "source")


def _line_facts(line: AgreementLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE}


def _tranche_facts(tranche: Tranche) -> dict[str, Any]:
    return {
        "number": tranche.number,
        "amount_minor": tranche.amount_minor,
        "modality": tranche.modality,
        "planned_on": tranche.planned_on.isoformat() if tranche.planned_on else None,
        "label": tranche.label,
        "fixed": tranche.status != "planned",
    }


def changes_of(work: Work, agreement: Agreement, form: AmendmentForm) -> dict[str, Any]:
    """The copy: what stands and what would stand, both whole. Raises Invalid when the type's fields are missing."""
    missing = _("Fill in this field: this type of amendment needs it.")
    match form.kind:
        case "extension":
            if form.ends_on is None:
                raise Invalid([FieldError("ends_on", missing)])
            return {
                "before": {"ends_on": agreement.ends_on.isoformat()},
                "after": {"ends_on": form.ends_on.isoformat()},
            }
        case "virement":
            if not form.lines:
                raise Invalid([FieldError("lines", missing)])
            after = [
                {
                    "label": line.label,
                    "unit": line.unit or "",
                    "quantity": line.quantity,
                    "unit_minor": line.unit_minor,
                    "amount_minor": line.quantity * line.unit_minor,
                    "source": line.source,
                }
                for line in form.lines
            ]
            return {
                "before": {"lines": [_line_facts(line) for line in queries.lines(work, agreement)]},
                "after": {"lines": after},
            }
        case "schedule":
            if not form.tranches:
                raise Invalid([FieldError("tranches", missing)])
            return _schedule_changes(work, agreement, form)
        case "signatory":
            if not form.signatory_name or not form.signatory_function:
                name = "signatory_name" if not form.signatory_name else "signatory_function"
                raise Invalid([FieldError(name, missing)])
            return {
                "before": {
                    "signatory_name": agreement.signatory_name,
                    "signatory_function": agreement.signatory_function,
                    "account_id": agreement.bank_account_id,
                },
                "after": {
                    "signatory_name": form.signatory_name,
                    "signatory_function": form.signatory_function,
                    "account_id": form.account_id or agreement.bank_account_id,
                },
            }
        case _:
            if not form.text:
                raise Invalid([FieldError("text", missing)])
            return {"before": {"article": form.article or ""}, "after": {"text": form.text}}


def _schedule_changes(work: Work, agreement: Agreement, form: AmendmentForm) -> dict[str, Any]:
    before = [_tranche_facts(t) for t in queries.tranches(work, agreement) if t.status != "cancelled"]
    fixed = [t for t in before if t["fixed"]]
    free = {t["number"]: t for t in before if not t["fixed"]}
    last = max((t.number for t in queries.tranches(work, agreement)), default=0)
    after = list(fixed)
    for row in form.tranches:
        if row.number is not None and row.number not in free:
            continue  # a paid or requested tranche stands as it is, whatever was typed beside it
        number = row.number
        if number is None:
            last += 1
            number = last
        after.append(
            {
                "number": number,
                "amount_minor": row.amount,
                "modality": row.modality,
                "planned_on": row.planned_on.isoformat() if row.planned_on else None,
                "label": row.label or "",
                "fixed": False,
            }
        )
    return {"before": {"tranches": before}, "after": {"tranches": sorted(after, key=lambda t: t["number"])}}


def amendment_obstacles(
    work: Work, agreement: Agreement, kind: str, changes: dict[str, Any], amendment: Amendment | None = None
) -> Iterator[Refusal]:
    """Both sums, the dates, the paid tranches, and one open amendment of a type at a time."""
    if agreement.status not in ("active", "suspended"):
        yield Refusal("not_in_execution", _("Only an agreement in execution is amended."))
    for other in queries.amendments(work, agreement):
        if other.kind == kind and other.status in OPEN and other is not amendment:
            yield Refusal(
                "amendment_open",
                _("Amendment no. %(number)d of the same type is still open: finish it first.") % {"number": other.number},
                url=f"/agreements/amendments/{other.id}",
            )  # fmt: skip
    after = changes["after"]
    if kind == "extension" and date.fromisoformat(after["ends_on"]) <= agreement.ends_on:
        yield Refusal("not_an_extension", _("The new end must come after the present one."))
    if kind == "virement":
        from portfolio.agreements.forms import BudgetLine

        lines = [
            BudgetLine(**{k: v for k, v in line.items() if k != "amount_minor"}) for line in after["lines"]
        ]
        yield from budget_obstacles(lines, agreement.amount_minor)
    if kind == "schedule":
        tranches = queries.tranches(work, agreement)
        yield from schedule_obstacles([t["amount_minor"] for t in after["tranches"]], agreement.amount_minor)
        proposed = {t["number"]: t for t in after["tranches"]}
        for tranche in tranches:
            if tranche.status in ("planned", "cancelled"):
                continue
            if proposed.get(tranche.number, {}).get("amount_minor") != tranche.amount_minor:
                yield Refusal(
                    "paid_tranche_touched",
                    _("Tranche %(number)d is already requested or paid: an amendment never touches it.")
                    % {"number": tranche.number},
                )
    if kind == "signatory" and after["account_id"] != changes["before"]["account_id"]:
        account = work.db.get(GroupAccount, after["account_id"])
        if account is None or account.group_id != agreement.group_id or account.status != "verified":
            yield Refusal(
                "account_unverified",
                _("The account of the group has not been verified by a second person."),
                way_out=_("Compare the holder with the bank's certificate, then verify the account."),
            )


def prepare_amendment(work: Work, agreement: Agreement, form: AmendmentForm) -> Amendment:
    """Prepare an avenant on a copy; nothing of the agreement changes before it is signed."""
    work.hold(agreement)
    work.require("amendment:prepare", agreement)
    changes = changes_of(work, agreement, form)
    refuse(amendment_obstacles(work, agreement, form.kind, changes))
    known = queries.amendments(work, agreement)
    return work.create(
        Amendment(
            reference=work.number("amendment", "amendment"),
            agreement_id=agreement.id,
            country=agreement.country,
            number=len(known) + 1,
            kind=form.kind,
            reason=form.reason,
            changes=changes,
            created_by_id=work.actor.id,
        ),
        "amendment:created",
        reason=form.reason,
        data={"kind": form.kind, "agreement": agreement.reference},
    )


def submit_amendment(work: Work, amendment: Amendment) -> None:
    """Hand the amendment in for approval."""
    agreement = work.hold(work.db.get_one(Agreement, amendment.agreement_id))
    work.hold(amendment)
    refuse(amendment_obstacles(work, agreement, amendment.kind, amendment.changes, amendment))
    work.advance(AMENDMENT, amendment, "submit")


def approve_amendment(work: Work, amendment: Amendment) -> None:
    """Approve it; by another person."""
    work.hold(amendment)
    work.advance(AMENDMENT, amendment, "approve")


def reject_amendment(work: Work, amendment: Amendment, reason: str) -> None:
    """Refuse it, with the reason."""
    work.hold(amendment)
    work.advance(AMENDMENT, amendment, "reject", reason=reason)


def sign_amendment(work: Work, amendment: Amendment, form: AmendmentSignatureForm) -> None:
    """Both parties have signed: the copy is merged into the agreement, and the paper issued."""
    agreement = work.hold(work.db.get_one(Agreement, amendment.agreement_id))
    work.hold(amendment)
    if form.signed_on > work.today:
        raise Invalid(
            [FieldError("signed_on", _("This date is in the future: enter the day of the signature."))]
        )
    refuse(amendment_obstacles(work, agreement, amendment.kind, amendment.changes, amendment))
    grant = work.require("agreement:countersign", agreement, agreement.amount_minor)
    facts = queries.amendment_base(work, agreement)
    work.advance(
        AMENDMENT,
        amendment,
        "sign",
        signed_by_group_on=form.signed_on,
        signatory_name=form.signatory_name,
        signatory_function=form.signatory_function,
        signed_capacity=(grant.capacity or "")[:300],
    )
    _merge(work, agreement, amendment)
    from portfolio.agreements.pdf import amendment_pdf

    with speaking("fr"):  # papers are French whatever the language of the screen
        documents.issue(
            work,
            kind="amendment",
            reference=amendment.reference,
            title=_("Amendment no. %(number)d: %(kind)s")
            % {"number": amendment.number, "kind": _(AMENDMENT_WORDS[amendment.kind])},
            subject=agreement,
            facts=queries.amendment_facts(work, agreement, amendment, facts),
            draw=amendment_pdf,
        )


def _merge(work: Work, agreement: Agreement, amendment: Amendment) -> None:
    after, by = amendment.changes["after"], "agreement:countersign"
    reason = amendment.reference
    match amendment.kind:
        case "extension":
            ends_on = date.fromisoformat(after["ends_on"])
            work.edit(agreement, "agreement:edited", permission=by, reason=reason, ends_on=ends_on)
        case "virement":
            _merge_lines(work, agreement, after["lines"], reason)
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


def _merge_lines(work: Work, agreement: Agreement, lines: list[dict[str, Any]], reason: str) -> None:
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
        permission="agreement:countersign",
        reason=reason,
        own_cash_minor=sums["N"],
        own_kind_minor=sums["V"],
    )


def _merge_schedule(work: Work, agreement: Agreement, rows: list[dict[str, Any]], reason: str) -> None:
    by = "agreement:countersign"
    known = {t.number: t for t in queries.tranches(work, agreement)}
    kept = {row["number"] for row in rows}
    conditions = list(
        work.db.scalars(select(Condition).where(Condition.tranche_id.in_([t.id for t in known.values()])))
    )
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
            if not any(c.tranche_id == tranche.id for c in conditions):
                work.db.add(
                    Condition(tranche_id=tranche.id, position=1, kind="justified_previous", threshold=75)
                )
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
    for number, tranche in known.items():
        if number not in kept and tranche.status == "planned":
            work.hold(tranche)
            work.advance(TRANCHE, tranche, "cancel", reason=reason)
    work.db.flush()
