"""What the tests of the ledger's pages share."""

from __future__ import annotations

from typing import Any

import pytest

from portfolio.agreements.models import Tranche
from portfolio.justifications import service as reports
from portfolio.justifications.forms import CollectForm, RecoveryForm
from portfolio.justifications.models import Recovery
from portfolio.kit.errors import Refused
from portfolio.ledger import queries as ledger
from tests.justifications.grants import Grant, J, Office, decide, expense, grant, report, validated


def lived(place: Office) -> tuple[Grant, int, int]:
    """A grant with a report cleared in part and an order to repay half collected; (grant, report, order)."""
    made = grant(place)
    other = grant(place, name="Groupement Anniya", tranches=(700_000,), paid=1, conditions=(), budget=(("Moulin", 700_000),))
    number = report(place, made.tranches[0],
                    expense(made, 1_480_000, "Béliers", -268), expense(made, 50_000, "Suivi vétérinaire", -260))
    decide(place, number, {1: "accept", 2: "accept"})
    validated(place, number)
    with place.as_("grants_officer") as work:
        order = reports.prepare_recovery(work, work.db.get_one(Tranche, other.tranches[0]), RecoveryForm(
            tranche_id=other.tranches[0], amount=575_000, reason="Dépense pour autre chose", ground="unspent", due_on=J.date())).id
    with place.as_("authorising_officer") as work:
        reports.issue_recovery(work, work.db.get_one(Recovery, order))
    with place.as_("accountant") as work:
        reports.collect(work, work.db.get_one(Recovery, order), CollectForm(
            amount=300_000, treasury_account_id=place.bank, received_on=J.date(), payer="Trésorière"))
    return made, number, order


def posting(place: Office, event_name: str) -> int:
    with place.database.session(readonly=True) as session:
        return next(int(r["posting"]) for r in ledger.walk(session) if r["event"] == event_name)


def codes(act: Any) -> list[str]:
    with pytest.raises(Refused) as found:
        act()
    return [r.code for r in found.value.refusals]
