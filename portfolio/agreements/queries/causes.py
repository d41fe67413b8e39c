"""Every tranche still to be asked for, and the first thing that holds it: the engine's own blockers, read for all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries.blockers import blockers_in
from portfolio.agreements.queries.many import snapshots
from portfolio.agreements.reference import CONDITION_WORDS
from portfolio.groups.models import Group
from portfolio.groups.queries import FLAG_WORDS, Flag, flagged
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.work import Work

PAYABLE = "payable"
CAUSES: dict[str, str] = {
    PAYABLE: N_("Payable now"),
    "not_in_execution": N_("Agreement not in execution"),
    "suspended": N_("Agreement suspended"),
    "ended": N_("Agreement ended"),
    "frozen": N_("Tranche frozen"),
    "previous_unpaid": N_("Earlier tranche not paid yet"),
    "not_justified": N_("Earlier tranche not justified enough"),
    "retained": N_("Retention: earlier advances not settled"),
    "nothing_payable": N_("What is missing earlier takes it whole"),
    "owes_money": N_("The group owes money under an order to repay"),
    "no_account": N_("No account attached"),
    "account_unverified": N_("Account not verified"),
    "account_cooling": N_("Account verified too recently"),
    **{f"condition_{kind}": words for kind, words in CONDITION_WORDS.items()},
    **{f"red_flag_{kind}": words for kind, words in FLAG_WORDS.items()},
}
"""What holds a tranche, by the code of the engine's refusal."""
RUNNING = ("active", "suspended")


@dataclass(frozen=True)
class Held:
    """One tranche not asked for yet: `cause` is `payable`, or the code of the first thing that holds it."""

    tranche: Tranche
    cause: str


def held(work: Work) -> list[Held]:
    """Every tranche planned of an agreement in execution or suspended, with its cause. A dozen queries in all, whatever their number."""
    statement = (
        select(Tranche, Agreement, Group.code)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Group, Group.id == Agreement.group_id)
        .where(
            Tranche.status == "planned",
            Agreement.status.in_(RUNNING),
            work.within("disbursement:view", Tranche),
        )
        .order_by(Tranche.id)
    )
    rows = [(t, a, code) for t, a, code in work.db.execute(statement)]
    snaps = snapshots(work, {a.id: a for _t, a, _code in rows})
    first = {a.id: (a, code) for _t, a, code in rows if not any(t.paid_minor for t in snaps[a.id].tranches)}
    if first:
        claims = ledger.nets(work.db, ("party",), ["463"], party=[code for _a, code in first.values()])
        # a group with several first grants is asked about once for each
        for grants in _rounds([a for a, _code in first.values()]):
            raised = flagged(work, {a.group_id: a.reference for a in grants})
            for a in grants:
                snaps[a.id].flags = [
                    Flag(kind, "", _(FLAG_WORDS[kind]), None) for kind in raised.get(a.group_id, [])
                ]
        for a, code in first.values():
            snaps[a.id].claimed_minor = max(0, claims.get((code,), 0))
    made = []
    for tranche, agreement, _code in rows:
        snap = snaps[agreement.id]
        found = blockers_in(snap, tranche)
        made.append(Held(tranche, found[0].code if found else PAYABLE))
    return made


def _rounds(agreements: list[Agreement]) -> list[list[Agreement]]:
    """Agreements in as few parts as leave each group once in a part."""
    parts: list[dict[int, Agreement]] = []
    for agreement in agreements:
        for part in parts:
            if agreement.group_id not in part:
                part[agreement.group_id] = agreement
                break
        else:
            parts.append({agreement.group_id: agreement})
    return [list(part.values()) for part in parts]


def by_cause(work: Work) -> dict[str, tuple[int, int]]:
    """{cause: (tranches, francs)}: what is payable first, then the causes that hold the most."""
    sums: dict[str, tuple[int, int]] = {PAYABLE: (0, 0)}
    for row in held(work):
        count, total = sums.get(row.cause, (0, 0))
        sums[row.cause] = (count + 1, total + row.tranche.amount_minor)
    return dict(sorted(sums.items(), key=lambda pair: (pair[0] != PAYABLE, -pair[1][1], pair[0])))


def cause_words(code: str) -> str:
    """A cause as people say it."""
    words = _(CAUSES.get(code, code))
    if code.startswith("condition_"):
        return _("Condition not met: %(condition)s") % {"condition": words}
    return words


def cause_options(_work: Work) -> list[tuple[str, str]]:
    """Causes as choices of a list."""
    return [(code, cause_words(code)) for code in CAUSES]


def of_cause(work: Work, value: str) -> Any:
    """The clause of a cause: the tranches that the engine says."""
    return Tranche.id.in_(
        [literal(h.tranche.id, literal_execute=True) for h in held(work) if h.cause == value]
    )
