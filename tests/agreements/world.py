"""A grant up to its decision, written straight into the tables; from there on everything is done by the rooms' own verbs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from portfolio.agreements import queries, service
from portfolio.agreements.forms import (
    ActForm,
    AgreementForm,
    ConditionLine,
    GroupSignatureForm,
    TerminateForm,
    TrancheLine,
    WaiverForm,
)
from portfolio.agreements.models import Agreement, Tranche
from portfolio.applications.models import Application, BudgetItem
from portfolio.awards.models import Award, Commitment, Decision, Notice
from portfolio.calls.models import Call
from portfolio.documents.service import Incoming
from portfolio.funds.models import BudgetLine, Donor, Fund, TreasuryAccount
from portfolio.groups.models import Group, GroupAccount, Officer
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.kit.text import fold, sound
from portfolio.places.models import Place
from tests import factories
from tests.agreements.standing import World, pdf_bytes
from tests.factories import NOON

SCHEDULE = ((1_780_000, "advance"), (1_780_000, "advance"), (890_000, "advance"))
CONDITIONS = (
    (1, "agreement_signed", None),
    (2, "justified_previous", 75),
    (2, "visit", None),
    (3, "justified_earlier", 100),
    (3, "justified_previous", 75),
)
LINES = (
    ("Béliers d'embouche", "tête", 40, 75_000, "S"),
    ("Aliment bétail (tourteau, sac 50 kg)", "sac", 60, 14_000, "S"),
    ("Suivi vétérinaire (vaccins, déparasitage)", "tête", 40, 2_500, "S"),
    ("Mangeoires et abreuvoirs", "unité", 10, 18_000, "S"),
    ("Formation à la conduite d'embouche", "jour", 3, 95_000, "S"),
    ("Registres et fournitures de gestion", "forfait", 1, 45_000, "S"),
    ("Fanes de niébé", "botte", 200, 1_500, "N"),
    ("Enclos et hangar (main-d'œuvre, bois local)", "forfait", 1, 350_000, "V"),
)
GRANT = 4_450_000


def build(
    database: Database,
    *,
    controller: bool = True,
    account_kind: str = "sfd",
    verified: datetime = NOON - timedelta(days=10),
    grant: int = GRANT,
    holder: str = "",
) -> World:
    """Everything an agreement stands on: fund with its cash, committed line, group with its account, signed decision."""
    clock = FixedClock(NOON)
    surround = factories.around(database, clock=clock)
    roles = [
        "grants_officer", "programme_head", "authorising_officer", "accountant", "cashier", "external_auditor",
        "intake_agent",
    ]  # fmt: skip
    if controller:
        roles.append("financial_controller")
    names = {
        "grants_officer": "Aïssata Maïga", "programme_head": "Boubacar Diallo", "authorising_officer": "Mariama Sow",
        "accountant": "Issoufou Garba", "cashier": "Fati Kaboré", "financial_controller": "Ousmane Traoré",
    }  # fmt: skip
    people = {role: factories.add_person(database, role, name=names.get(role)) for role in roles}
    people["second_officer"] = factories.add_person(database, "grants_officer", name="Hamidou Cissé")
    world = World(database, people, clock, surround)
    officer = people["grants_officer"]
    with database.session(readonly=False) as s:

        def add(thing: Any) -> Any:
            s.add(thing)
            s.flush()
            return thing

        def put(code: str, level: int, kind: str, name: str, path: str, parent: int | None = None) -> Any:
            return add(Place(code=code, level=level, country="ML", kind=kind, name=name, folded=fold(name), path=path, source="test",
                             parent_id=parent))

        ml = put("ML", 0, "country", "Mali", "ML")
        gao = put("ML07", 1, "region", "Gao", "ML/ML07", ml.id)
        place = put("ML070201", 3, "commune", "Ansongo", "ML/ML07/ML070201", gao.id)
        donor = add(Donor(code="NOR", name="Coopération de Norlande (fictive)"))
        fund = add(
            Fund(
                code="F1",
                name="Cohésion et relèvement",
                donor_id=donor.id,
                granted_minor=40_000_000,
                granted_currency="EUR",
                amount_minor=262_382_800,
                starts_on=date(2025, 1, 1),
                status="open",
                received_minor=157_429_680,
                created_by_id=officer,
                validated_by_id=people["authorising_officer"],
                validated_at=NOON,
            )
        )
        line = add(
            BudgetLine(
                fund_id=fund.id,
                code="F1-AAP25",
                label="AAP-2025-01",
                exercice=2026,
                status="voted",
                voted_minor=105_000_000,
                committed_minor=grant,
                created_by_id=officer,
                voted_by_id=people["authorising_officer"],
                voted_at=NOON,
            )
        )
        bank = add(
            TreasuryAccount(
                code="BQ-F1",
                label="Banque, fonds F1",
                kind="bank",
                fund_id=fund.id,
                balance_minor=150_000_000,
            )
        )
        till = add(TreasuryAccount(code="CAISSE", label="Menue caisse", kind="cash", balance_minor=5_000_000))
        call = add(
            Call(
                reference="AAP-2025-01",
                code="AAP-2025-01",
                title="Relèvement des ménages",
                exercice=2025,
                envelope_minor=125_000_000,
                floor_minor=500_000,
                ceiling_minor=10_000_000,
                opens_at=NOON - timedelta(days=420),
                closes_at=NOON - timedelta(days=380),
                status="published",
                refused_expenses=["indemnités des membres du bureau"],
                created_by_id=officer,
                created_at=NOON - timedelta(days=430),
                published_by_id=people["programme_head"],
                published_at=NOON - timedelta(days=420),
            )
        )
        name = "Groupement féminin Anniya d'Ansongo"
        group = add(
            Group(
                code="GR-ANNIYA",
                name=name,
                folded=fold(name),
                sound=sound(name),
                legal_form="groupement de femmes",
                category="women",
                place_id=place.id,
                country="ML",
                village="Ansongo",
                women=32,
                men=0,
                youth=9,
                displaced=0,
                registration="0123/CA",
                registration_kind="récépissé n°",
                status="verified",
                created_by_id=officer,
                created_at=NOON,
            )
        )
        for office, who in (("president", "Fadimata Touré"), ("treasurer", "Zeïnabou Maïga")):
            add(
                Officer(
                    group_id=group.id,
                    office=office,
                    full_name=who,
                    sound=sound(who),
                    sex="F",
                    since=date(2020, 1, 1),
                    id_kind="carte NINA",
                    id_number="1234567",
                    act="PV d'AG du 3 mars 2024",
                )
            )
        account = add(
            GroupAccount(
                group_id=group.id,
                country="ML",
                kind=account_kind,
                provider="Orange Money" if account_kind == "mobile" else "Kafo Jiginew",
                holder=holder or name,
                number="ML0990100100000123456",
                status="verified",
                created_by_id=officer,
                created_at=verified,
                verified_by_id=people["programme_head"],
                verified_at=verified,
            )
        )
        application = add(
            Application(
                reference="DOS-2025-00007-A",
                call_id=call.id,
                group_id=group.id,
                place_id=place.id,
                country="ML",
                channel="paper",
                title="Embouche ovine et reconstitution du cheptel",
                months=12,
                requested_minor=grant,
                own_cash_minor=300_000,
                own_kind_minor=350_000,
                officer_id=officer,
                created_by_id=officer,
                created_at=NOON,
                submitted_at=NOON - timedelta(days=385),
                filed=True,
                status="awarded",
            )
        )
        rest = grant - sum(q * u for _l, _u, q, u, source in LINES if source == "S")
        for position, (label, unit, quantity, price, source) in enumerate(LINES, 1):
            more = rest if position == 6 else 0
            add(
                BudgetItem(
                    application_id=application.id,
                    position=position,
                    label=label,
                    unit=unit,
                    quantity=quantity,
                    unit_minor=price + more,
                    amount_minor=quantity * (price + more),
                    source=source,
                )
            )
        commitment = add(
            Commitment(
                reference="ENG-2026-00001-A",
                application_id=application.id,
                call_id=call.id,
                group_id=group.id,
                country="ML",
                budget_line_id=line.id,
                amount_minor=grant,
                voted_minor=105_000_000,
                already_minor=0,
                status="visaed",
                prepared_by_id=officer,
                prepared_at=NOON - timedelta(days=40),
                visaed_by_id=people.get("financial_controller", people["programme_head"]),
                visaed_at=NOON - timedelta(days=38),
            )
        )
        decision = add(
            Decision(
                reference="DEC-2026-00001-A",
                call_id=call.id,
                total_minor=grant,
                status="signed",
                prepared_by_id=people["programme_head"],
                prepared_at=NOON - timedelta(days=37),
                signed_by_id=people["authorising_officer"],
                signed_at=NOON - timedelta(days=35),
            )
        )
        award = add(
            Award(
                decision_id=decision.id,
                application_id=application.id,
                call_id=call.id,
                group_id=group.id,
                country="ML",
                outcome="awarded",
                rank=1,
                amount_minor=grant,
                budget_line_id=line.id,
            )
        )
        notice = add(
            Notice(
                reference="NOT-2026-00001-A",
                application_id=application.id,
                call_id=call.id,
                group_id=group.id,
                country="ML",
                award_id=award.id,
                kind="awarded",
                status="sent",
                prepared_by_id=officer,
                prepared_at=NOON - timedelta(days=34),
                sent_by_id=officer,
                sent_at=NOON - timedelta(days=32),
            )
        )
        world.ids = {
            "notice": notice.id,
            "place": place.id, "region": gao.id, "fund": fund.id, "line": line.id, "bank": bank.id, "till": till.id,
            "call": call.id, "group": group.id, "account": account.id, "application": application.id,
            "commitment": commitment.id, "decision": decision.id, "award": award.id,
        }  # fmt: skip
        s.commit()
    return world


def form(world: World, schedule: Any = SCHEDULE, conditions: Any = CONDITIONS, **more: Any) -> AgreementForm:
    """The agreement's form, as an officer fills it."""
    return AgreementForm(
        starts_on=more.pop("starts_on", date(2026, 11, 1)),
        ends_on=more.pop("ends_on", date(2027, 10, 31)),
        account_id=more.pop("account_id", world.ids["account"]),
        tranches=[TrancheLine(amount=amount, modality=modality) for amount, modality in schedule],
        conditions=[
            ConditionLine(tranche=t, kind=kind, threshold=threshold) for t, kind, threshold in conditions
        ],
        **more,
    )


def draft(world: World, **more: Any) -> int:
    """An agreement in preparation; its id."""
    with world.work("grants_officer") as work:
        return service.create(work, work.db.get_one(Award, world.ids["award"]), form(world, **more)).id


def signed(world: World, **more: Any) -> int:
    """An agreement signed by both parties; its id."""
    number = draft(world, **more)
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, number))
    with world.work("grants_officer") as work:
        service.send(work, queries.get(work, number))
    with world.work("grants_officer") as work:
        service.record_group_signature(work, queries.get(work, number), signature())
    with world.work("authorising_officer") as work:
        service.countersign(work, queries.get(work, number))
    return number


def signature(**more: Any) -> GroupSignatureForm:
    """The group's signature, with its scan."""
    return GroupSignatureForm(
        **{
            "signed_on": NOON.date(),
            "signatory_name": "Fadimata Touré",
            "signatory_function": "présidente",
            "scan": Incoming("convention signée.pdf", pdf_bytes()),
            **more,
        }
    )


def waiver(reason: str, **more: Any) -> WaiverForm:
    """A waiver as it is asked for, with its document."""
    return WaiverForm(**{"reason": reason, "act": "Note n° 3 du 20/11/2026", "scan": Incoming("note.pdf", pdf_bytes()), **more})


def ending(reason: str, **more: Any) -> TerminateForm:
    """The act of a termination; of both sides unless another ground is given."""
    act = stopping(reason)
    return TerminateForm(**{"ground": "agreed", "reason": reason, "act": act.act, "scan": act.scan, **more})


def stopping(reason: str, **more: Any) -> ActForm:
    """The act that suspends or terminates, with its document."""
    return ActForm(**{"reason": reason, "act": "Décision n° 12 du 20/11/2026", "scan": Incoming("acte.pdf", pdf_bytes()), **more})


def tranche_id(world: World, agreement: int, number: int) -> int:
    """The id of a tranche by its number."""
    with world.work("grants_officer", readonly=True) as work:
        found = queries.tranches(work, work.db.get_one(Agreement, agreement))
        return next(t.id for t in found if t.number == number)


def tranche(world: World, number: int) -> Tranche:
    """A tranche as stored now, detached."""
    with world.work("grants_officer", readonly=True) as work:
        found = work.db.get_one(Tranche, number)
        work.db.expunge(found)
        return found


def moment(days: int) -> datetime:
    return datetime(2026, 11, 22, 12, 0, tzinfo=UTC) + timedelta(days=days)
