"""A batch brought to any link of its life, each link by its own person."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import update

from portfolio.accounts.models import RoleAssignment
from portfolio.agreements.models import Tranche
from portfolio.disbursements import queries as disbursements
from portfolio.disbursements import service as payments
from portfolio.disbursements.forms import FailForm, PayForm
from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import TreasuryAccount
from portfolio.groups.models import GroupAccount
from portfolio.origin import Surroundings
from portfolio.payments import queries, service
from portfolio.payments.forms import BatchForm, SignForm
from portfolio.payments.reference import rib_key
from tests.agreements import world as make
from tests.agreements.world import World
from tests.disbursements import chain

LINKS = ("draft", "locked", "approved", "authorised", "released", "sent")
SIGNERS = {"approve": "financial_controller", "authorise": "authorising_officer", "release": "accountant"}


def rib(body: str = "ML099" + "01001" + "000000000123") -> str:
    """A RIB with its right key."""
    return f"{body}{rib_key(body):02d}"


def change(world: World, model: type, id_: int, **values: object) -> None:
    with world.database.session(readonly=False) as session:
        session.execute(update(model).where(model.id == id_).values(**values))  # type: ignore[attr-defined]
        session.commit()


def build(around: Surroundings, **more: Any) -> World:
    """A grant whose payee has a right RIB, or a right wallet."""
    world = make.build(around.database, **more)
    world.surround, world.clock = around, around.clock  # type: ignore[assignment]
    if more.get("account_kind", "sfd") != "mobile":
        change(world, GroupAccount, world.ids["account"], number=rib())
    else:
        change(world, GroupAccount, world.ids["account"], number="+22370001122")
    return world


def ordered(world: World) -> list[int]:
    """The three payments that wait; their ids."""
    return list(world.ids["payments"])  # type: ignore[call-overload]


def make_ordered(world: World, schedule: Any = ((1_780_000, "reimbursement"), (1_780_000, "reimbursement"), (890_000, "reimbursement"))) -> list[int]:
    """Payments of one agreement, each ordered; their ids."""
    agreement = make.signed(world, schedule=schedule, conditions=())
    found = []
    for number in range(1, len(schedule) + 1):
        tranche = make.tranche_id(world, agreement, number)
        if number > 1:  # the earlier tranche counts as paid, so that all of them wait at once
            change(world, Tranche, make.tranche_id(world, agreement, number - 1), status="paid")
        if schedule[number - 1][1] == "reimbursement":  # its vouchers are another room's tests
            change(world, Tranche, tranche, shown_minor=schedule[number - 1][0])
        found.append(chain.to(world, "ordered", tranche))
    for number in range(1, len(schedule)):
        change(world, Tranche, make.tranche_id(world, agreement, number), status="requested")
    return found


def draft(world: World, payments_: list[int], profile: str = "sahel-csv", who: str = "cashier", account: str = "bank") -> int:
    with world.work(who) as work:
        return service.create(
            work, BatchForm(treasury_account_id=world.ids[account], profile=profile, payments=payments_)
        ).id


def lock(world: World, number: int, who: str = "cashier") -> None:
    with world.work(who) as work:
        service.lock(work, queries.get(work, number))


def form(work: Any, batch: Any, **wrong: Any) -> SignForm:
    treasury = work.db.get_one(TreasuryAccount, batch.treasury_account_id)
    return SignForm(
        **{
            "total": batch.total_minor,
            "count": batch.line_count,
            "content_hash": batch.content_hash,
            "balance_seen": treasury.balance_minor,
            **wrong,
        }
    )


def sign(world: World, number: int, verb: str, who: str | None = None, **wrong: Any) -> None:
    with world.work(who or SIGNERS[verb]) as work:
        batch = queries.get(work, number)
        getattr(service, verb)(work, batch, form(work, batch, **wrong))


def send(world: World, number: int, who: str = "accountant") -> None:
    with world.work(who) as work:
        service.send(work, queries.get(work, number))


def to(world: World, link: str, payments_: list[int], **more: Any) -> int:
    """A batch brought to this link; its id."""
    number = draft(world, payments_, **more)
    steps = [
        ("locked", lambda: lock(world, number)),
        ("approved", lambda: sign(world, number, "approve")),
        ("authorised", lambda: sign(world, number, "authorise")),
        ("released", lambda: sign(world, number, "release")),
        ("sent", lambda: send(world, number)),
    ]
    for name, act in steps:
        if LINKS.index(name) <= LINKS.index(link):
            act()
    return number


def stored(world: World, number: int) -> Any:
    with world.work("external_auditor", readonly=True) as work:
        found = queries.get(work, number)
        work.db.refresh(found)
        work.db.expunge(found)
        return found


def made_accountant(world: World, who: str) -> None:
    """Somebody who signs batches becomes accountant as well, past the rule of incompatible roles: by interim, or by another post."""
    with world.database.session(readonly=False) as session:
        session.add(
            RoleAssignment(
                person_id=world.people[who], role="accountant", scope_kind="all", scope_code="", starts_on=date(2020, 1, 1),
                confirmed_at=world.clock.now(), act_number="Décision n° 7/SE", act_on=date(2019, 12, 20),
            )
        )  # fmt: skip
        session.commit()


def pay(world: World, payment: int, reference: str, who: str = "accountant", **more: Any) -> None:
    with world.work(who) as work:
        d = disbursements.get(work, payment)
        payments.pay(
            work,
            d,
            PayForm(
                content_hash=d.content_hash,
                amount_seen=d.amount_minor,
                treasury_account_id=world.ids[more.pop("account", "bank")],
                payment_reference=reference,
                paid_on=work.today,
                **more,
            ),
        )


def fail(world: World, payment: int, reason: str = "Compte clôturé, dit la banque") -> None:
    with world.work("accountant") as work:
        payments.fail(work, disbursements.get(work, payment), FailForm(reason=reason))


__all__ = ["Disbursement", "World", "build", "change", "draft", "lock", "ordered", "send", "sign", "stored", "to"]
