"""Purchases inside the grants: the commission's sealed bids, a group's own committee, three small orders too much alike (R6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from portfolio.committees import queries as committees
from portfolio.committees import service as sessions
from portfolio.committees.forms import CloseForm, DeclareAllForm, HourForm, ProposeForm
from portfolio.committees.models import Attendance, Session
from portfolio.groups.forms import AccountForm, VerifyAccountForm
from portfolio.kit.grammar import of
from portfolio.payments.reference import invented_rib as rib
from portfolio.procurement import queries, service
from portfolio.procurement.forms import (
    AskForm,
    BidLine,
    CloseOpeningForm,
    DepositForm,
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
    QuestionForm,
    ReadForm,
    ReceivedLine,
    ReceptionForm,
    SessionForm,
    SupplierForm,
)
from portfolio.procurement.models import OrderLine, Procedure, Quotation, SupplierAccount
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.model import Purchase
from portfolio.seed.data.model import Quotation as Bid
from portfolio.seed.data.others import projects
from portfolio.seed.data.purchases import PURCHASES
from portfolio.seed.data.suppliers import SUPPLIERS
from portfolio.seed.groups_known import BANKS, PROGRAMME
from portfolio.seed.paid import tranche_of
from portfolio.seed.signed import agreement_of
from portfolio.seed.stage import NOBODY, Stage, make
from portfolio.work import Work

BUYER, PRESIDENT, ORDONNATEUR = "assitan.doumbia", "adamou.soumana", "seydou.barro"
PRESENT = ("adamou.soumana", "safiatou.sana", "boubacar.cisse", "aichatou.garba")
RECEPTION = ("hamadoun.tamboura", "mariama.diallo", "salamatou.issoufou")
TRANCHES = {"ACH-MP04": 2, "ACH-MP12": 1, "ACH-MP25": 1, "ACH-MP19": 2, "ACH-MP24": 3}
"""The tranche that pays the supplier directly."""
WORKS = frozenset({"works_quotation_request"})
RESERVES = {"MP10": "La margelle de l'avant-trou est fissurée sur 40 cm : à reprendre."}
RULES = (
    "Le comité de gestion tient le registre d'usage, encaisse le tarif affiché et garde une part pour l'entretien. "
    "Le bien reste au groupement ; il n'est ni vendu ni prêté sans l'accord de l'Autorité."
)


SCHOOL_RULES = (
    "Le mobilier est inscrit à l'inventaire de l'école et numéroté ; il ne quitte pas les salles. "
    "L'association le compte à chaque rentrée et remplace ce qui manque."
)
OFFICES = {
    "president": {"F": "présidente", "M": "président"},
    "treasurer": {"F": "trésorière", "M": "trésorier"},
    "secretary": {"F": "secrétaire", "M": "secrétaire"},
}
SERIALS = {
    "Moulin à céréales diesel": "MD-20418",
    "Décortiqueuse": "DQ-7731",
    "Tricycles-ambulances": "TA-0561, TA-0562",
    "Pompe fournie et posée": "PMH-3309",
    "Béliers d'embouche": "boucles 0412 à 0451",
}


def plan(stage: Stage) -> None:
    """The suppliers' register, the table of methods, then each purchase as far as it has come."""
    stage.plan(-310, "09:00", NOBODY, service.load)
    stage.plan(-310, "10:00", BUYER, partial(_suppliers, stage))
    stage.plan(-309, "10:00", PROGRAMME, partial(_verified, stage))
    for purchase in PURCHASES.values():
        if purchase.buyer == "authority":
            _plan_authority(stage, purchase)


def procedure_of(stage: Stage, work: Work, code: str) -> Procedure:
    """A purchase by its code."""
    return stage.get(work, Procedure, f"purchase:{code}")


def _suppliers(stage: Stage, work: Work) -> None:
    for n, facts in enumerate(SUPPLIERS.values()):
        form = make(
            SupplierForm,
            name=facts.name,
            country=facts.country,
            address=facts.place,
            tax_number=facts.tax_id or None,
            trade_register=facts.trade_register or None,
            phone=facts.phone,
        )
        supplier = service.register_supplier(work, form)
        stage.keep(f"supplier:{facts.code}", supplier)
        if facts.tax_id:
            number = rib(facts.country, "03003", n + 1)
            account = AccountForm(
                kind="bank", provider=BANKS[facts.country], holder=facts.name, number=number
            )
            made = service.propose_supplier_account(work, supplier, account)
            stage.keep(f"supplier_account:{facts.code}", made)


def _verified(stage: Stage, work: Work) -> None:
    for facts in SUPPLIERS.values():
        if facts.tax_id:
            account = stage.get(work, SupplierAccount, f"supplier_account:{facts.code}")
            service.verify_supplier_account(work, account, VerifyAccountForm(number=account.number))


def _needs(purchase: Purchase) -> list[NeedLine]:
    lines = {line.label: line for line in projects()[purchase.project].lines}
    return [
        NeedLine(
            label=label,
            unit=lines[label].unit,
            quantity=lines[label].quantity,
            unit_minor=lines[label].unit_price,
        )
        for label in purchase.lines
    ]


def create(stage: Stage, purchase: Purchase, work: Work) -> None:
    number = TRANCHES.get(purchase.code)
    form = make(
        NeedForm,
        buyer=purchase.buyer,
        category="works" if purchase.method in WORKS else "goods",
        object=purchase.subject,
        tranche_id=tranche_of(stage, work, purchase.project, number).id if number else None,
        lines=_needs(purchase),
    )
    procedure = service.create(work, agreement_of(stage, work, purchase.project), form)
    stage.keep(f"purchase:{purchase.code}", procedure)
    for bid in purchase.quotations:
        quotation = service.invite(
            work, procedure, InviteForm(supplier_id=stage.ids[f"supplier:{bid.supplier}"])
        )
        stage.keep(f"bid:{purchase.code}:{bid.supplier}", quotation)


def _bid(stage: Stage, work: Work, purchase: Purchase, bid: Bid) -> Quotation:
    return stage.get(work, Quotation, f"bid:{purchase.code}:{bid.supplier}")


# -- by the institution -------------------------------------------------------------------------------------------


def _plan_authority(stage: Stage, purchase: Purchase) -> None:
    asked, opened, decided = purchase.asked_j, purchase.opened_j, purchase.decided_j
    stage.plan(asked - 2, "09:00", BUYER, partial(create, stage, purchase))
    stage.plan(asked, "10:00", BUYER, partial(_ask, stage, purchase))
    for n, bid in enumerate(purchase.quotations):
        late = bid.outcome == "late"
        hour = "10:20" if late else f"{8 + n}:40"
        stage.plan(opened - (0 if late else 1), hour, BUYER, partial(_receive_bid, stage, purchase, bid))
    stage.plan(opened, "10:05", BUYER, partial(_announce, stage, purchase))
    stage.plan(opened, "10:30", PRESIDENT, partial(_open, stage, purchase))
    stage.plan(opened, "10:45", BUYER, partial(_read, stage, purchase))
    stage.plan(opened + 1, "09:00", BUYER, partial(_question, stage, purchase))
    stage.plan(decided - 5, "09:30", BUYER, partial(_examine, stage, purchase))
    stage.plan(decided - 4, "10:30", BUYER, partial(_send_to_committee, stage, purchase))
    for n, login in enumerate(PRESENT):
        stage.plan(decided - 3, f"{9 + n}:25", login, partial(_declare, stage, purchase))
    stage.plan(decided - 2, "09:05", BUYER, partial(_sit, stage, purchase))
    stage.plan(decided - 2, "09:50", BUYER, partial(_rise, stage, purchase))
    for n, login in enumerate(PRESENT):
        stage.plan(decided - 1, f"{9 + n}:50", login, partial(_sign, stage, purchase))
    stage.plan(decided, "09:00", BUYER, partial(_decide, stage, purchase))
    if purchase.ordered_j is not None:
        stage.plan(purchase.ordered_j, "11:10", ORDONNATEUR, partial(order, stage, purchase.code, 30))
    if purchase.received_j is not None:
        stage.plan(purchase.received_j, "15:00", RECEPTION[0], partial(receive, stage, purchase))
    if purchase.handed_over_j is not None:
        stage.plan(purchase.handed_over_j, "16:00", RECEPTION[0], partial(hand_over, stage, purchase))


def _ask(stage: Stage, purchase: Purchase, work: Work) -> None:
    form = AskForm(
        bids_due_at=stage.moment(purchase.opened_j, "10:00"),
        bids_place="Siège de l'Autorité, secrétariat des marchés",
    )
    service.ask(work, procedure_of(stage, work, purchase.code), form)


def _receive_bid(stage: Stage, purchase: Purchase, bid: Bid, work: Work) -> None:
    bearer = f"Porteur {of(SUPPLIERS[bid.supplier].name)}"
    service.receive_quotation(work, _bid(stage, work, purchase, bid), DepositForm(bearer=bearer, sealed=True))


def _announce(stage: Stage, purchase: Purchase, work: Work) -> None:
    people = [
        PersonRow(name="Adamou Soumana", function="président de la commission"),
        PersonRow(name="Safiatou Sana", function="membre"),
        *(
            PersonRow(name=SUPPLIERS[bid.supplier].name, function="soumissionnaire")
            for bid in purchase.quotations[:2]
        ),
    ]
    form = OpeningForm(place="Siège de l'Autorité, salle de réunion", people=people)
    service.propose_opening(work, procedure_of(stage, work, purchase.code), form)


def _open(stage: Stage, purchase: Purchase, work: Work) -> None:
    service.open(work, procedure_of(stage, work, purchase.code))


def _in_time(purchase: Purchase) -> list[Bid]:
    return [bid for bid in purchase.quotations if bid.read is not None]


def _read(stage: Stage, purchase: Purchase, work: Work) -> None:
    for bid in _in_time(purchase):
        assert bid.read is not None
        form = ReadForm(
            read_minor=bid.read,
            papers=["letter_of_bid", "price_schedule", "tax", "trade_register"],
        )
        service.read_price(work, _bid(stage, work, purchase, bid), form)
    service.close_opening(work, procedure_of(stage, work, purchase.code), CloseOpeningForm())


def _question(stage: Stage, purchase: Purchase, work: Work) -> None:
    for bid in _in_time(purchase):
        if bid.outcome == "abnormally_low":
            form = QuestionForm(
                question="Justifiez le prix du mètre foré, inférieur de plus de 15 % à l'estimation.",
                answer_by=stage.day(purchase.opened_j + 4),
            )
            service.question(work, _bid(stage, work, purchase, bid), form)


def _unit_prices(needed: Sequence[OrderLine], total: int) -> list[BidLine]:
    """Unit prices that sum to the price of a bid: the estimate, the difference on the dearest line that takes it to the franc."""
    prices = {line.id: line.estimated_minor for line in needed}
    gap = total - sum(line.quantity * line.estimated_minor for line in needed)
    for line in sorted(needed, key=lambda x: -x.quantity * x.estimated_minor):
        if gap % line.quantity == 0 and line.estimated_minor + gap // line.quantity > 0:
            prices[line.id] += gap // line.quantity
            return [BidLine(line_id=number, unit_minor=price) for number, price in prices.items()]
    return []


def _examine(stage: Stage, purchase: Purchase, work: Work) -> None:
    needed = queries.lines(work, procedure_of(stage, work, purchase.code))
    for n, bid in enumerate(_in_time(purchase)):
        low = bid.outcome == "abnormally_low"
        form = ExamineForm(
            lines=_unit_prices(needed, bid.corrected or bid.read or 0),
            conforming="no" if low else "yes",
            set_aside_kind="abnormally_low" if low else "",
            set_aside_reason=bid.reason if low else None,
            corrected_minor=bid.corrected,
            correction=bid.reason if bid.corrected != bid.read else None,
            delivery_days=30 + 5 * n,
        )
        service.examine(work, _bid(stage, work, purchase, bid), form)
    service.compare(work, procedure_of(stage, work, purchase.code))


def _session(stage: Stage, work: Work, purchase: Purchase) -> Session:
    return stage.get(work, Session, f"session:{purchase.code}")


def _send_to_committee(stage: Stage, purchase: Purchase, work: Work) -> None:
    form = SessionForm(
        committee_id=stage.ids["committee:procurement"],
        place="Siège de l'Autorité",
        scheduled_at=stage.moment(purchase.decided_j - 2, "09:00"),
    )
    session = service.plan_session(work, procedure_of(stage, work, purchase.code), form)
    stage.keep(f"session:{purchase.code}", session)
    sessions.convene(work, session)


def _declare(stage: Stage, purchase: Purchase, work: Work) -> None:
    sessions.declare_all(work, _session(stage, work, purchase), DeclareAllForm(linked=[], sworn=True))


def _sit(stage: Stage, purchase: Purchase, work: Work) -> None:
    session = _session(stage, work, purchase)
    lines = work.db.scalars(select(Attendance).where(Attendance.session_id == session.id)).all()
    people = {stage.person(login) for login in PRESENT}
    for line in lines:
        if line.person_id in people:
            sessions.record_arrival(work, session, line, HourForm())
    sessions.open(work, session)
    item = committees.items(work, session)[0]
    sessions.propose(work, item, ProposeForm(proposal="favourable", votes_for=len(PRESENT)))


def _rise(stage: Stage, purchase: Purchase, work: Work) -> None:
    form = CloseForm(remarks="Attribution au moins-disant conforme.")
    sessions.close(work, _session(stage, work, purchase), form)


def _sign(stage: Stage, purchase: Purchase, work: Work) -> None:
    sessions.sign(work, _session(stage, work, purchase))


def _decide(stage: Stage, purchase: Purchase, work: Work) -> None:
    sessions.finalise(work, _session(stage, work, purchase))
    service.decide(work, procedure_of(stage, work, purchase.code))


def order(stage: Stage, code: str, days: int, work: Work) -> None:
    form = OrderForm(
        delivery_place="Sur le site du micro-projet",
        delivery_on=work.today + timedelta(days=days),
        terms="Paiement unique après réception sans réserve, par virement",
        penalty="Un millième par jour de retard",
        tax="exempt",
    )
    service.order(work, procedure_of(stage, work, code), form)


def received_lines(work: Work, procedure: Procedure) -> list[ReceivedLine]:
    return [
        ReceivedLine(
            line_id=line.id, accepted=line.quantity, serials=SERIALS.get(line.label), state=_state(line.label)
        )
        for line in queries.lines(work, procedure)
    ]


def _state(label: str) -> str:
    return "vivants, sains" if "boucles" in SERIALS.get(label, "") else "neuf, conforme"


def receive(stage: Stage, purchase: Purchase, work: Work) -> None:
    procedure = procedure_of(stage, work, purchase.code)
    reserves = RESERVES.get(purchase.project)
    form = ReceptionForm(
        kind="provisional" if reserves else "final",
        received_on=work.today,
        place="Site du micro-projet",
        act="Décision n° 006/SE portant création de la commission de réception",
        delivery_note=f"BL {purchase.code}",
        commission=[stage.person(login) for login in RECEPTION],
        reserves=reserves,
        reserves_until=stage.day((purchase.received_j or 0) + 60) if reserves else None,
        lines=received_lines(work, procedure),
    )
    service.receive(work, procedure, form)


def marks(stage: Stage, purchase: Purchase, count: int) -> list[MarkRow]:
    group = all_groups()[projects()[purchase.project].group]
    thumbs = "empreintes" in purchase.note
    rows = [
        make(
            MarkRow,
            name=officer.name,
            function=OFFICES[officer.role][officer.sex],
            mark="thumbprint" if thumbs or not officer.can_sign else "signature",
        )
        for officer in group.officers
    ]
    given = ("Adama", "Bintou", "Coumba")
    rows += [
        make(
            MarkRow, name=f"{name} {group.officers[0].name.split()[-1]}", function="membre", mark="thumbprint"
        )
        for name in given
    ]
    return rows[:count]


def hand_over(stage: Stage, purchase: Purchase, work: Work) -> None:
    procedure = procedure_of(stage, work, purchase.code)
    keeper = "Directeur de l'école ; élèves" if purchase.project == "MP24" else "Comité de gestion ; membres"
    form = HandOverForm(
        handed_on=work.today,
        place="Site du micro-projet",
        rules=SCHOOL_RULES if purchase.project == "MP24" else RULES,
        goods=[HandedLine(line_id=line.id, keeper=keeper) for line in queries.handed_lines(work, procedure)],
        recipients=marks(stage, purchase, 4),
    )
    service.hand_over(work, procedure, form)
