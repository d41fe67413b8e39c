"""Purchases by a group with its own committee (R6), and three orders of the institution that together pass the threshold (problem 14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from portfolio.procurement import service
from portfolio.procurement.forms import (
    AskForm,
    ChooseForm,
    DirectForm,
    GroupReceptionForm,
    InviteForm,
    NeedForm,
    NeedLine,
    OrderForm,
    ProFormaForm,
)
from portfolio.procurement.models import Quotation
from portfolio.seed import groups_known
from portfolio.seed.data.model import Purchase, SmallOrder
from portfolio.seed.data.model import Quotation as Bid
from portfolio.seed.data.others import projects
from portfolio.seed.data.purchases import FURNITURE, PURCHASES, SMALL_ORDERS
from portfolio.seed.purchases import (
    BUYER,
    ORDONNATEUR,
    RECEPTION,
    create,
    hand_over,
    marks,
    order,
    procedure_of,
    receive,
    received_lines,
)
from portfolio.seed.signed import agreement_of
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

SMALL_AGREEMENT = "MP04"


def plan(stage: Stage) -> None:
    """The group's purchase, then the three small orders."""
    for purchase in PURCHASES.values():
        if purchase.buyer == "group":
            _plan_group(stage, purchase)
    for facts in SMALL_ORDERS:
        stage.plan(facts.j - 3, "09:30", BUYER, partial(_small, stage, facts))
        stage.plan(facts.j, "10:15", ORDONNATEUR, partial(order, stage, facts.number, 12))
    _plan_furniture(stage)


# -- by the group -------------------------------------------------------------------------------------------------


def _plan_group(stage: Stage, purchase: Purchase) -> None:
    officer = groups_known.officer_of(projects()[purchase.project].group)
    stage.plan(purchase.asked_j, "09:00", officer, partial(_ask_pro_formas, stage, purchase))
    stage.plan(purchase.opened_j, "11:00", officer, partial(_pro_formas, stage, purchase))
    stage.plan(purchase.decided_j, "11:00", officer, partial(_choose, stage, purchase))
    assert purchase.ordered_j is not None and purchase.received_j is not None
    stage.plan(purchase.ordered_j, "12:00", officer, partial(_record_order, stage, purchase))
    stage.plan(purchase.received_j, "17:00", officer, partial(_record_reception, stage, purchase))


def _ask_pro_formas(stage: Stage, purchase: Purchase, work: Work) -> None:
    create(stage, purchase, work)
    service.collect(work, procedure_of(stage, work, purchase.code))


def _pro_formas(stage: Stage, purchase: Purchase, work: Work) -> None:
    _price(stage, work, purchase.code, purchase.quotations)


def _price(stage: Stage, work: Work, code: str, bids: Sequence[Bid]) -> None:
    for bid in bids:
        assert bid.read is not None
        quotation = stage.get(work, Quotation, f"bid:{code}:{bid.supplier}")
        service.record_pro_forma(work, quotation, ProFormaForm(amount_minor=bid.read, delivery_days=7))


def _choose(stage: Stage, purchase: Purchase, work: Work) -> None:
    retained = next(bid for bid in purchase.quotations if bid.outcome == "retained")
    form = ChooseForm(
        retained_id=stage.ids[f"bid:{purchase.code}:{retained.supplier}"], buyers=marks(stage, purchase, 5)
    )
    service.choose(work, procedure_of(stage, work, purchase.code), form)


def _record_order(stage: Stage, purchase: Purchase, work: Work) -> None:
    form = OrderForm(
        delivery_place="Marché d'Ansongo",
        delivery_on=work.today + timedelta(days=5),
        terms="Au comptant, contre attestation de vente",
        tax="none",
    )
    service.record_order(work, procedure_of(stage, work, purchase.code), form)


def _record_reception(stage: Stage, purchase: Purchase, work: Work) -> None:
    procedure = procedure_of(stage, work, purchase.code)
    form = GroupReceptionForm(
        received_on=work.today,
        place="Enclos du groupement",
        recipients=marks(stage, purchase, 3),
        lines=received_lines(work, procedure),
    )
    service.record_reception(work, procedure, form)


# -- in kind ------------------------------------------------------------------------------------------------------


def _plan_furniture(stage: Stage) -> None:
    """Bought on one pro forma, received by the commission, handed over to the group: the delivery certificate that pays a tranche in kind."""
    bought = FURNITURE
    assert bought.ordered_j is not None and bought.received_j is not None and bought.handed_over_j is not None
    stage.plan(bought.asked_j, "09:20", BUYER, partial(create, stage, bought))
    stage.plan(bought.decided_j, "10:20", BUYER, partial(_buy_directly, stage, bought))
    stage.plan(bought.ordered_j, "10:35", ORDONNATEUR, partial(order, stage, bought.code, 15))
    stage.plan(bought.received_j, "15:20", RECEPTION[0], partial(receive, stage, bought))
    stage.plan(bought.handed_over_j, "16:20", RECEPTION[0], partial(hand_over, stage, bought))


def _buy_directly(stage: Stage, bought: Purchase, work: Work) -> None:
    procedure = procedure_of(stage, work, bought.code)
    service.ask(work, procedure, AskForm())
    _price(stage, work, bought.code, bought.quotations)
    retained = stage.ids[f"bid:{bought.code}:{bought.quotations[0].supplier}"]
    service.buy_directly(work, procedure, DirectForm(retained_id=retained))


# -- three small orders -------------------------------------------------------------------------------------------


def _small(stage: Stage, facts: SmallOrder, work: Work) -> None:
    form = make(
        NeedForm,
        buyer="authority",
        object=facts.subject,
        lines=[NeedLine(label=facts.subject, unit="lot", quantity=1, unit_minor=facts.amount)],
    )
    procedure = service.create(work, agreement_of(stage, work, SMALL_AGREEMENT), form)
    stage.keep(f"purchase:{facts.number}", procedure)
    invited = service.invite(work, procedure, InviteForm(supplier_id=stage.ids[f"supplier:{facts.supplier}"]))
    stage.keep(f"bid:{facts.number}:{facts.supplier}", invited)
    service.ask(work, procedure, AskForm())
    service.record_pro_forma(work, invited, ProFormaForm(amount_minor=facts.amount, delivery_days=5))
    service.buy_directly(work, procedure, DirectForm(retained_id=invited.id))
