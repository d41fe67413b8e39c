"""A payment brought to any link of its chain, each link by its own person."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.agreements.models import Tranche
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import OrderForm, PayForm, RequestForm, SendForm, VisaForm
from tests.agreements.world import World

LINKS = ("requested", "liquidated", "visaed", "ordered", "sent", "paid")


def request(world: World, tranche: int, **more: Any) -> int:
    with world.work("grants_officer") as work:
        return service.request(work, work.db.get_one(Tranche, tranche), RequestForm(**more)).id


def liquidate(world: World, number: int, who: str = "programme_head") -> None:
    with world.work(who) as work:
        service.liquidate(work, queries.get(work, number))


def visa(world: World, number: int) -> None:
    with world.work("financial_controller") as work:
        d = queries.get(work, number)
        service.visa(work, d, VisaForm(content_hash=d.content_hash, amount_seen=d.amount_minor))


def order(world: World, number: int, **wrong: Any) -> None:
    with world.work("authorising_officer") as work:
        d = queries.get(work, number)
        service.order(work, d, OrderForm(**{**queries.seen(work, d), **wrong}))


def pay_form(work: Any, d: Any, world: World, **more: Any) -> PayForm:
    return PayForm(
        **{
            "content_hash": d.content_hash,
            "amount_seen": d.amount_minor,
            "treasury_account_id": world.ids["bank"],
            "payment_reference": f"VIR-{d.reference}",
            "paid_on": work.today,
            **more,
        }
    )


def send(world: World, number: int, account: int | None = None) -> None:
    with world.work("accountant") as work:
        d = queries.get(work, number)
        service.send(
            work,
            d,
            SendForm(
                content_hash=d.content_hash,
                amount_seen=d.amount_minor,
                treasury_account_id=account or world.ids["bank"],
            ),
        )


def pay(world: World, number: int, who: str = "accountant", **more: Any) -> None:
    with world.work(who) as work:
        d = queries.get(work, number)
        service.pay(work, d, pay_form(work, d, world, **more))


def to(world: World, link: str, tranche: int, **more: Any) -> int:
    """A payment brought to this link; its id."""
    number = request(world, tranche, **more)
    for name, act in (
        ("liquidated", liquidate),
        ("visaed", visa),
        ("ordered", order),
        ("sent", send),
        ("paid", pay),
    ):
        if LINKS.index(name) > LINKS.index(link):
            break
        if name == "visaed" and "financial_controller" not in world.people:
            continue
        if name == "sent" and link == "paid":
            continue
        act(world, number)
    return number


def stored(world: World, number: int) -> Any:
    """The payment as stored now, detached."""
    with world.work("external_auditor", readonly=True) as work:
        found = queries.get(work, number)
        work.db.refresh(found)
        work.db.expunge(found)
        return found


TODAY = date(2026, 11, 22)
