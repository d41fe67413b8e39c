"""The two sums that must always hold: the lines paid by the grant, and the tranches, each equal to the grant to the franc."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from portfolio.agreements.forms import BudgetLine, ConditionLine
from portfolio.agreements.reference import PERCENT
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount


def difference(
    code: str, message_over: str, message_under: str, found: int, wanted: int
) -> Iterator[Refusal]:
    """One refusal with the difference in francs, when two sums are not equal. Messages take `difference`, `found` and `wanted`."""
    if found != wanted:
        gap = found - wanted
        message = message_over if gap > 0 else message_under
        figures = {"difference": amount(abs(gap)), "found": amount(found), "wanted": amount(wanted)}
        yield Refusal(code, message % figures, missing_minor=-gap)


def schedule_obstacles(amounts: Sequence[int], grant_minor: int) -> Iterator[Refusal]:
    """The tranches must sum to the grant."""
    if not amounts:
        yield Refusal("no_tranche", _("The schedule is empty: enter at least one tranche."))
        return
    yield from difference(
        "schedule_sum",
        _("The tranches sum to %(found)s: %(difference)s too much. They must sum to %(wanted)s, the grant."),
        _(
            "The tranches sum to %(found)s: %(difference)s are missing. They must sum to %(wanted)s, the grant."
        ),
        sum(amounts),
        grant_minor,
    )


def budget_obstacles(lines: Sequence[BudgetLine], grant_minor: int) -> Iterator[Refusal]:
    """The lines that the grant pays must sum to the grant."""
    yield from difference(
        "budget_sum",
        _("The lines paid by the grant sum to %(found)s: %(difference)s too much for a grant of %(wanted)s."),
        _(
            "The lines paid by the grant sum to %(found)s: %(difference)s are missing to reach the grant of %(wanted)s."
        ),
        sum(line.quantity * line.unit_minor for line in lines if line.source == "S"),
        grant_minor,
    )


def condition_obstacles(
    amounts: Mapping[int, int], conditions: Sequence[ConditionLine]
) -> Iterator[Refusal]:
    """Each condition must belong to a tranche and, when it is a percent, have its percent. `amounts`: minor units by number of tranche."""
    for condition in conditions:
        if condition.tranche not in amounts:
            yield Refusal(
                "condition_without_tranche",
                _("A condition names tranche %(number)d, which is not in the schedule.")
                % {"number": condition.tranche},
            )
        elif condition.kind in PERCENT and (condition.threshold is None or condition.tranche == 1):
            yield Refusal(
                "condition_incomplete",
                _("Tranche %(number)d: a share to justify needs its percent, and an earlier tranche.")
                % {"number": condition.tranche},
            )
        elif condition.kind == "retention":
            yield from _retention(amounts, condition)


def _retention(amounts: Mapping[int, int], condition: ConditionLine) -> Iterator[Refusal]:
    """What is held back is the last tranche, and the share that the condition says, to the franc."""
    total = sum(amounts.values())
    wanted = total * (condition.threshold or 0) // 100
    found = amounts[condition.tranche]
    if condition.tranche != max(amounts):
        yield Refusal(
            "retention_not_last",
            _("A retention is the last tranche: tranche %(number)d is not.") % {"number": condition.tranche},
        )
    elif found != wanted:
        yield Refusal(
            "retention_differs",
            _("A retention of %(percent)d %% is %(wanted)s: tranche %(number)d is %(found)s.")
            % {
                "percent": condition.threshold or 0,
                "wanted": amount(wanted),
                "number": condition.tranche,
                "found": amount(found),
            },
            missing_minor=wanted - found,
        )
