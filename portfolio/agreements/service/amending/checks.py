"""What stands in the way of an amendment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from portfolio.agreements import queries
from portfolio.agreements.forms import BudgetLine, ConditionLine
from portfolio.agreements.models import Agreement, Amendment
from portfolio.agreements.service.amending.copy import CONDITION, schedule_facts
from portfolio.agreements.service.life import terminate_obstacles
from portfolio.agreements.service.prepare import holder_refusals
from portfolio.agreements.service.sums import budget_obstacles, condition_obstacles, schedule_obstacles
from portfolio.documents.reference import figure
from portfolio.groups.models import GroupAccount
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

OPEN = ("draft", "submitted", "approved")


def extension_obstacles(work: Work, agreement: Agreement) -> Iterator[Refusal]:
    """An extension is asked so many days before the end, days stopped added: a dated rule (domain I6)."""
    end, days = queries.end_of(work, agreement), figure("extension_days", work.today)
    last = end - timedelta(days=days)
    if work.today > last:
        yield Refusal(
            "extension_late",
            _("The agreement ends on %(end)s: its extension was to be asked %(days)d days before, by %(last)s.")
            % {"end": date_text(end), "days": days, "last": date_text(last)},
            way_out=_(
                "If force majeure stopped the work, have it declared: its days are added to the end. Otherwise the agreement is closed at its end."
            ),
        )


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
    if kind == "extension" and (amendment is None or amendment.status == "draft"):
        yield from extension_obstacles(work, agreement)
    if kind in ("virement", "virement_within"):
        lines = [
            BudgetLine(**{k: v for k, v in line.items() if k != "amount_minor"}) for line in after["lines"]
        ]
        yield from budget_obstacles(lines, agreement.amount_minor)
        yield from used_line_obstacles(work, agreement, after["lines"])
        if kind == "virement_within":
            yield from tolerance_obstacles(work, agreement, after["lines"])
    if kind == "termination":
        yield from terminate_obstacles(work, agreement)
    if kind == "suspension" and agreement.status == "suspended":
        yield Refusal("already_suspended", _("The agreement is already suspended."))
    if kind == "signatory":
        yield from _entitled(work, agreement, after["signatory_name"])
    if kind == "schedule":
        tranches = queries.tranches(work, agreement)
        yield from schedule_obstacles([t["amount_minor"] for t in after["tranches"]], agreement.amount_minor)
        proposed = {t["number"]: t for t in after["tranches"]}
        stands = {t["number"]: t for t in schedule_facts(work, agreement)}
        for tranche in tranches:
            if tranche.shown_minor and tranche.status == "planned":
                if proposed.get(tranche.number, {}).get("modality", tranche.modality) != tranche.modality:
                    yield Refusal(
                        "expenses_shown",
                        _("Expenses were accepted on tranche %(number)d: it stays a reimbursement.")
                        % {"number": tranche.number},
                        way_out=_("Leave its modality, or add another tranche."),
                    )
            if tranche.status in ("planned", "cancelled"):
                continue
            row = proposed.get(tranche.number)
            if row is None or not _untouched(row, stands[tranche.number]):
                yield Refusal(
                    "paid_tranche_touched",
                    _("Tranche %(number)d is already requested or paid: an amendment never touches it.")
                    % {"number": tranche.number},
                )
        yield from _conditions(work, agreement, after["tranches"])
    if kind == "signatory" and after["account_id"] != changes["before"]["account_id"]:
        account = work.db.get(GroupAccount, after["account_id"])
        if account is None or account.group_id != agreement.group_id or account.status != "verified":
            yield Refusal(
                "account_unverified",
                _("The account of the group has not been verified by a second person."),
                way_out=_("Compare the holder with the bank's certificate, then verify the account."),
            )
        else:
            yield from holder_refusals(work, agreement, account)


def _untouched(row: Mapping[str, Any], stands: Mapping[str, Any]) -> bool:
    """Whether a row of the new schedule says of a tranche what stands, be it that nothing had been asked of it when the row was written."""
    return all(value == stands[name] for name, value in row.items() if name != "fixed")


def _conditions(work: Work, agreement: Agreement, rows: Sequence[Mapping[str, Any]]) -> Iterator[Refusal]:
    """Each condition whole, and none lost that was already shown or waived."""
    free = [row for row in rows if not row["fixed"]]
    stated = [
        ConditionLine(tranche=row["number"], **condition)
        for row in free
        for condition in row.get("conditions", ())
    ]
    yield from condition_obstacles({row["number"]: row["amount_minor"] for row in rows}, stated)
    tranches = queries.tranches(work, agreement)
    known, numbers = queries.conditions_of(work, tranches), {row["number"]: row for row in free}
    for tranche in tranches:
        row = numbers.get(tranche.number)
        if row is None or "conditions" not in row:
            continue
        present = known.get(tranche.id, [])
        for used in queries.used_conditions(work, present):
            if {name: getattr(used, name) for name in CONDITION} not in row["conditions"]:
                yield Refusal(
                    "condition_used",
                    _("« %(condition)s » of tranche %(number)d is already shown or waived: it stays.")
                    % {"condition": queries.words(used, tranche.number), "number": tranche.number},
                )


def _entitled(work: Work, agreement: Agreement, name: str) -> Iterator[Refusal]:
    if not queries.entitled(work, agreement.group_id, name, work.today):
        yield Refusal(
            "not_in_bureau",
            _("%(name)s is not in the bureau of the group today: only an officer in office may sign.") % {"name": name},
            way_out=_("Register the new officer with the minutes of the assembly, then prepare the amendment."),
            who=who_may("group:edit"),
            url=f"/groups/{agreement.group_id}",
        )  # fmt: skip


def tolerance_obstacles(
    work: Work, agreement: Agreement, after: Sequence[Mapping[str, Any]]
) -> Iterator[Refusal]:
    """Without an avenant a line may receive so many per cent of what the parties signed, all transfers since then together."""
    base = queries.signed_lines(work, agreement)
    percent = queries.tolerance(work, agreement)
    for position, line in enumerate(after, 1):
        signed = base.get(position)
        if signed is None or signed["source"] != line["source"] or signed["label"] != line["label"]:
            yield Refusal(
                "line_unknown",
                _(
                    "Line %(number)d is not a line that both parties signed: only an avenant adds or changes one."
                )
                % {"number": position},
                way_out=_("Prepare a transfer beyond the tolerance."),
            )
            continue
        room = signed["amount_minor"] * percent // 100
        over = line["amount_minor"] - signed["amount_minor"] - room
        if over > 0:
            yield Refusal(
                "beyond_tolerance",
                _(
                    "« %(line)s » would receive %(over)s more than the %(percent)d %% that need no avenant (%(room)s)."
                )
                % {
                    "line": line["label"],
                    "over": amount(over),
                    "percent": percent,
                    "room": amount(room),
                },
                way_out=_("Transfer less, or prepare a transfer beyond the tolerance."),
                missing_minor=over,
            )
    if len(after) < len(base):
        yield Refusal(
            "line_gone", _("A line that both parties signed disappears: only an avenant does that.")
        )


def used_line_obstacles(
    work: Work, agreement: Agreement, after: Sequence[Mapping[str, Any]]
) -> Iterator[Refusal]:
    """A line on which expenses were accepted keeps at least those francs, and its words."""
    for line, used in queries.used_lines(work, agreement):
        kept = after[line.position - 1] if line.position <= len(after) else None
        if kept is None or kept["amount_minor"] < used:
            yield Refusal(
                "line_used",
                _("« %(line)s » carries %(used)s of accepted expenses: it cannot go below.")
                % {"line": line.label, "used": amount(used)},
                way_out=_("Leave at least this amount on the line."),
                missing_minor=used - (kept["amount_minor"] if kept else 0),
            )
