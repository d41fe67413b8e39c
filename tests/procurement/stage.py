"""The mill of Méhana (MP04) walked through its purchase by the rooms' own verbs, step by step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portfolio.agreements.models import Agreement
from portfolio.committees import queries as committees_queries
from portfolio.committees import service as committees
from portfolio.committees.forms import CommitteeForm, DeclareForm, ProposeForm, SeatForm
from portfolio.committees.models import Attendance, Session
from portfolio.groups.forms import AccountForm, VerifyAccountForm
from portfolio.procurement import queries, service
from portfolio.procurement.forms import (
    AskForm,
    DepositForm,
    DirectForm,
    ExamineForm,
    HandedLine,
    HandOverForm,
    InviteForm,
    MarkRow,
    NeedForm,
    NeedLine,
    OpeningForm,
    OrderForm,
    PersonRow,
    ProFormaForm,
    ReadForm,
    ReceivedLine,
    ReceptionForm,
    SessionForm,
    SupplierForm,
)
from portfolio.procurement.models import OrderLine, Procedure, Quotation, Supplier, SupplierAccount
from portfolio.work import Work
from tests import factories
from tests.agreements import world as w

SCHEDULE = ((1_150_000, "advance"), (2_860_000, "direct"), (440_000, "advance"))
CONDITIONS = (
    (1, "agreement_signed", None),
    (2, "goods_received", None),
    (2, "handover", None),
    (2, "no_reserve", None),
)
LINES = (
    ("Moulin à céréales diesel", "unité", 1, 1_650_000),
    ("Décortiqueuse", "unité", 1, 950_000),
    ("Installation et essais", "forfait", 1, 160_000),
    ("Lot de pièces d'usure", "lot", 2, 50_000),
)
NAMES = ("Forge du Fleuve", "Mécanique de Tillabéri", "Moulins du Sahel", "Atelier Sud")
READ = (2_860_000, 3_045_000, 3_190_000)
OFFICER = "procurement_officer"
MEMBERS = ("president", "member_2", "member_3")


def build(database: Any, conditions: Any = CONDITIONS) -> w.World:
    """An agreement in execution, the people of two commissions, the table of methods, four suppliers."""
    world = w.build(database)
    people = world.people
    people[OFFICER] = factories.add_person(database, OFFICER, name="Rakiatou Hama")
    people["president"] = factories.add_person(database, "committee_president", name="Seyni Oumarou")
    people["member_2"] = factories.add_person(database, "committee_member", name="Hadiza Idé")
    people["member_3"] = factories.add_person(database, "committee_member", name="Moussa Djibo")
    people["internal_auditor"] = factories.add_person(database, "internal_auditor", name="Salif Barry")
    for n in (1, 2, 3):
        people[f"receiver_{n}"] = factories.add_person(
            database, "reception_member", name=f"Réceptionnaire {n}"
        )
    world.ids["agreement"] = w.signed(world, schedule=SCHEDULE, conditions=conditions)
    with world.work(OFFICER) as work:
        service.load(work)
        for n, name in enumerate(NAMES):
            form = SupplierForm(
                name=name,
                country="NE",
                address="Tillabéri",
                tax_number=f"{n}0012/R",
                trade_register=f"NE-TIL-{n}",
            )
            world.ids[name] = service.register_supplier(work, form).id
    return world


def need(world: w.World, lines: Any = LINES, **more: Any) -> NeedForm:
    """The need as it is typed."""
    tranche = w.tranche_id(world, world.ids["agreement"], 2)
    return NeedForm(
        **{
            "buyer": "authority",
            "object": "Moulin, décortiqueuse, installation et pièces d'usure",
            "tranche_id": tranche,
            "lines": [NeedLine(label=a, unit=b, quantity=c, unit_minor=d) for a, b, c, d in lines],
            **more,
        }
    )


def opened_file(world: w.World, role: str = OFFICER, **more: Any) -> int:
    """A purchase file; its id."""
    with world.work(role) as work:
        return service.create(
            work, work.db.get_one(Agreement, world.ids["agreement"]), need(world, **more)
        ).id


def get(work: Work, number: int) -> Procedure:
    return work.db.get_one(Procedure, number)


def bid(work: Work, number: int, name: str) -> Quotation:
    """The bid of a supplier by name."""
    statement = (
        select(Quotation)
        .join(Supplier, Supplier.id == Quotation.supplier_id)
        .where(Quotation.procedure_id == number, Supplier.name == name)
    )
    return work.db.scalars(statement).one()


def asked(world: w.World, names: Any = NAMES, **more: Any) -> int:
    """Suppliers invited, quotations asked for in fifteen days."""
    number = opened_file(world, **more)
    with world.work(OFFICER) as work:
        for name in names:
            service.invite(work, get(work, number), InviteForm(supplier_id=world.ids[name]))
        form = AskForm(
            bids_due_at=world.clock.moment + timedelta(days=15), bids_place="Secrétariat, bureau 4"
        )
        service.ask(work, get(work, number), form)
    return number


def deposited(world: w.World, **more: Any) -> int:
    """Three bids in time, the fourth seven minutes late."""
    number = asked(world, **more)
    world.later(days=14)
    with world.work(OFFICER) as work:
        for name in NAMES[:3]:
            service.receive_quotation(
                work, bid(work, number, name), DepositForm(bearer=f"Coursier de {name}", sealed=True)
            )
    world.later(days=1, minutes=7)
    with world.work(OFFICER) as work:
        service.receive_quotation(
            work, bid(work, number, NAMES[3]), DepositForm(bearer="Un cousin", sealed=True)
        )
    return number


def declare(world: w.World, number: int, *roles: str, linked: bool = False) -> None:
    """Each of these people declares about the purchase."""
    for role in roles:
        with world.work(role) as work:
            form = DeclareForm(linked="yes", nature="beau-frère") if linked else DeclareForm(linked="no")
            committees.declare_interest(work, "procedure", number, form)


def opened(world: w.World, **more: Any) -> int:
    """Opened by two people."""
    number = deposited(world, **more)
    with world.work(OFFICER) as work:
        people = [
            PersonRow(name="Rakiatou Hama", function="chargée des marchés"),
            PersonRow(name="Seyni Oumarou", function="président"),
        ]
        service.propose_opening(
            work, get(work, number), OpeningForm(place="Salle du conseil, Gao", people=people)
        )
    declare(world, number, "president")
    with world.work("president") as work:
        service.open(work, queries.get(work, number))
    return number


def read(world: w.World, prices: Any = READ, **more: Any) -> int:
    """Prices read aloud and the opening session closed."""
    number = opened(world, **more)
    with world.work(OFFICER) as work:
        for name, price in zip(NAMES, prices, strict=False):
            form = ReadForm(
                read_minor=price, tax_included=True, papers=["letter_of_bid", "price_schedule", "tax"]
            )
            service.read_price(work, bid(work, number, name), form)
        service.close_opening(work, get(work, number))
    return number


def examined(world: w.World, **more: Any) -> int:
    """All conform; an addition of the third is corrected: 3 190 000 read, 3 109 000 corrected."""
    number = read(world, **more)
    with world.work(OFFICER) as work:
        lines = queries.lines(work, get(work, number))
        unit = [(1_800_000, None), (1_000_000, None), (189_000, None), (60_000, 201_000)]
        rows = [
            {"line_id": x.id, "unit_minor": u, "stated_minor": s}
            for x, (u, s) in zip(lines, unit, strict=True)
        ]
        own = [{"line_id": x.id, "unit_minor": x.estimated_minor} for x in lines]
        service.examine(
            work, bid(work, number, NAMES[0]), ExamineForm(conforming="yes", delivery_days=30, lines=own)
        )
        service.examine(work, bid(work, number, NAMES[1]), ExamineForm(conforming="yes", delivery_days=25))
        form = ExamineForm(conforming="yes", delivery_days=40, lines=rows, correction="Addition corrigée.")
        service.examine(work, bid(work, number, NAMES[2]), form)
    return number


def compared(world: w.World, **more: Any) -> int:
    """The comparison is closed."""
    number = examined(world, **more)
    with world.work(OFFICER) as work:
        service.compare(work, get(work, number))
    return number


def committee(world: w.World) -> int:
    """A procurement committee of three voices, quorum two."""
    with world.work(OFFICER) as work:
        form = CommitteeForm(
            name="Commission des marchés",
            kind="procurement",
            act="décision n° 012/SE",
            voices=3,
            quorum=2,
            second_quorum=2,
        )
        made = committees.create(work, form)
        for role, function in zip(MEMBERS, ("president", "member", "member"), strict=True):
            committees.appoint(work, made, SeatForm(person_id=world.people[role], function=function))
        seat = SeatForm(person_id=world.people[OFFICER], function="secretary", capacity="observer")
        committees.appoint(work, made, seat)
        return made.id


def planned(world: w.World, number: int) -> int:
    """The committee is convened for two days later; the session's id."""
    body = committee(world)
    with world.work(OFFICER) as work:
        at = world.clock.moment + timedelta(days=2)
        form = SessionForm(committee_id=body, place="Gao", room="Salle du conseil", scheduled_at=at)
        session = service.plan_session(work, get(work, number), form).id
        committees.convene(work, work.db.get_one(Session, session))
    return session


def sat(
    world: w.World, number: int, *, final: bool = True, proposal: str = "favourable", present: Any = MEMBERS
) -> int:
    """The session sits, proposes and closes; its minutes are signed by those present."""
    session = planned(world, number)
    declare(world, number, *(m for m in present if m != "president"))
    world.later(days=2)
    with world.work(OFFICER) as work:
        found = work.db.get_one(Session, session)
        for role in (*present, OFFICER):
            statement = select(Attendance).where(
                Attendance.session_id == session, Attendance.person_id == world.people[role]
            )
            committees.record_arrival(work, found, work.db.scalars(statement).one())
    with world.work(OFFICER) as work:
        found = work.db.get_one(Session, session)
        committees.open(work, found)
        item = committees_queries.items(work, found)[0]
        form = ProposeForm(
            proposal=proposal,
            votes_for=len(present),
            reason=None if proposal == "favourable" else "Offre trop chère.",
        )
        committees.propose(work, item, form)
        committees.close(work, found)
    if final:
        sign(world, session, (*present, OFFICER))
    return session


def sign(world: w.World, session: int, roles: Any) -> None:
    for role in roles:
        with world.work(role) as work:
            committees.sign(work, work.db.get_one(Session, session))
    with world.work(OFFICER) as work:
        committees.finalise(work, work.db.get_one(Session, session))


def decided(world: w.World, **more: Any) -> int:
    """The committee's decision is recorded."""
    number = compared(world, **more)
    sat(world, number)
    with world.work(OFFICER) as work:
        service.decide(work, get(work, number))
    return number


def order_form(world: w.World, **more: Any) -> OrderForm:
    return OrderForm(
        **{
            "delivery_place": "Marché de Méhana",
            "delivery_on": (world.clock.moment + timedelta(days=30)).date(),
            "terms": "Virement après réception, sur facture",
            "guarantee": "Douze mois",
            "penalty": "1/1000 par jour",
            **more,
        }
    )


def ordered(world: w.World, **more: Any) -> int:
    """The ordonnateur has signed, four days after the decision."""
    number = decided(world, **more)
    world.later(days=4)
    with world.work("authorising_officer") as work:
        service.order(work, get(work, number), order_form(world))
    return number


def reception(world: w.World, work: Work, number: int, **more: Any) -> ReceptionForm:
    """Everything accepted by three people who did not choose."""
    lines = queries.lines(work, get(work, number))
    return ReceptionForm(
        **{
            "kind": "final",
            "received_on": world.clock.moment.date(),
            "place": "Méhana",
            "act": "décision n° 020/SE",
            "delivery_note": "BL 77",
            "commission": [world.people[f"receiver_{n}"] for n in (1, 2, 3)],
            "lines": [
                ReceivedLine(line_id=x.id, accepted=x.quantity, serials=f"SN-{x.position}", state="neuf")
                for x in lines
            ],
            **more,
        }
    )


def received(world: w.World, **more: Any) -> int:
    """Received without reservation."""
    number = ordered(world, **more)
    declare(world, number, "receiver_1")
    world.later(days=20)
    with world.work("receiver_1") as work:
        service.receive(work, queries.get(work, number), reception(world, work, number))
    return number


def handed(world: w.World) -> list[HandedLine]:
    """Every line accepted of the purchases received, kept by one comité de gestion."""
    with world.work(OFFICER, readonly=True) as work:
        lines = work.db.scalars(select(OrderLine.id).join(Procedure).where(Procedure.status == "received", OrderLine.accepted > 0))
        return [HandedLine(line_id=number, keeper="Comité de gestion du moulin") for number in lines]


def hand_over_form(world: w.World, **more: Any) -> HandOverForm:
    names = ("Salamatou Boubacar", "Hawa Issa", "Zara Mounkaila", "Aminata Garba")
    return HandOverForm(
        **{
            "handed_on": world.clock.moment.date(),
            "place": "Méhana",
            "rules": "Le comité de gestion tient la caisse ; le meunier est payé au sac.",
            "goods": handed(world),
            "recipients": [MarkRow(name=n, function="member", mark="thumbprint") for n in names],
            **more,
        }
    )


RIB = "NE0770300300000000042"


def account(
    world: w.World, supplier: str, number: str = RIB, *, holder: str = "", verify: bool = True
) -> int:
    """Where a supplier is paid, proposed by the buyer and verified by the head of programme; its id."""
    with world.work(OFFICER) as work:
        form = AccountForm(kind="bank", provider="BOA Niger", holder=holder or supplier, number=number)
        found = service.propose_supplier_account(work, work.db.get_one(Supplier, world.ids[supplier]), form).id
    if verify:
        with world.work("programme_head") as work:
            right = VerifyAccountForm(number=number)
            service.verify_supplier_account(work, work.db.get_one(SupplierAccount, found), right)
    return found


def small_order(world: w.World, amount: int = 480_000, supplier: str = NAMES[0], **more: Any) -> int:
    """A direct purchase under the threshold, ordered."""
    usual = {"lines": (("Fournitures d'atelier", "lot", 1, amount),), "tranche_id": None, "object": "Fournitures d'atelier"}
    number = opened_file(world, **{**usual, **more})
    with world.work(OFFICER) as work:
        quotation = service.invite(work, get(work, number), InviteForm(supplier_id=world.ids[supplier]))
        service.ask(work, get(work, number), AskForm())
        service.record_pro_forma(work, quotation, ProFormaForm(amount_minor=amount))
        service.buy_directly(work, get(work, number), DirectForm(retained_id=quotation.id))
    with world.work("authorising_officer") as work:
        service.order(work, get(work, number), order_form(world))
    return number
