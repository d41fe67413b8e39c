"""A call, its papers, places and groups, put straight in the database: the rooms upstream have tests of their own."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pypdf import PdfReader

from portfolio.applications import forms, service
from portfolio.applications.models import Application
from portfolio.calls.models import Call, CallPlace, RequiredPiece
from portfolio.documents.service import Incoming
from portfolio.groups.models import Group
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.kit.text import fold, sound
from portfolio.origin import Surroundings
from portfolio.places.models import Place
from portfolio.work import Work
from tests import factories
from tests.factories import NOON, add_person, work_as

PDF = Incoming("piece.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
PIECES = (
    ("signed_request", "Demande signée", None, False),
    ("legal_paper", "Récépissé, agrément, arrêté ou immatriculation", None, False),
    ("member_list", "Liste des membres signée", None, False),
    ("three_quotations", "Trois factures pro forma", 1_000_000, False),
    ("land_certificate", "Attestation de cession ou d'usage du terrain", None, True),
)


@dataclass
class Scene:
    """What a test starts from: an open call of 60 000 000 with ten groups in two countries."""

    around: Surroundings
    clock: FixedClock
    call: int
    groups: list[int]
    communes: list[int]
    agent: int
    second_agent: int
    officer: int
    head: int
    applicant: int

    @property
    def database(self) -> Database:
        return self.around.database


def scene(database: Database, *, groups: int = 10) -> Scene:
    clock = FixedClock(NOON)
    around = factories.around(database, clock=clock)
    with database.session(readonly=False) as session:
        communes = []
        for country, region, commune in (
            ("NE", ("NE06", "Tillabéri"), ("NE0601", "Dessa")),
            ("ML", ("ML07", "Gao"), ("ML0701", "Gabéro")),
        ):
            root = Place(code=country, parent_id=None, level=0, country=country, kind="country", name=country,
                         folded=country.lower(), path=country, valid_from=None, valid_to=None, source="test")
            session.add(root)
            session.flush()
            middle = Place(code=region[0], parent_id=root.id, level=1, country=country, kind="region", name=region[1],
                           folded=fold(region[1]), path=f"{country}/{region[0]}", valid_from=None, valid_to=None,
                           source="test")
            session.add(middle)
            session.flush()
            leaf = Place(code=commune[0], parent_id=middle.id, level=3, country=country, kind="commune",
                         name=commune[1], folded=fold(commune[1]), path=f"{country}/{region[0]}/{commune[0]}",
                         valid_from=None, valid_to=None, source="test")
            session.add(leaf)
            session.flush()
            communes.append(leaf.id)
        call = Call(
            reference="AAP-2026-00001-A", code="AAP-2026-02", title="Jeunes artisans de paix", exercice=2026,
            envelope_minor=60_000_000, floor_minor=1_000_000, ceiling_minor=5_000_000, own_contribution_percent=10,
            max_months=6, min_members=10, min_age_months=12, min_youth_percent=0,
            categories=["women", "youth", "association"], opens_at=NOON - timedelta(days=18),
            closes_at=NOON + timedelta(days=24, hours=4), pieces_by=date(2026, 12, 30),
            notification_on=date(2027, 1, 26), status="published", created_at=NOON, amount_currency="XOF",
        )
        session.add(call)
        session.flush()
        session.add_all(CallPlace(call_id=call.id, place_id=number) for number in communes)
        session.add_all(
            RequiredPiece(call_id=call.id, code=code, label=label, position=n, needed_from_minor=bound,
                          conditional=conditional)
            for n, (code, label, bound, conditional) in enumerate(PIECES, 1)
        )
        made = []
        for n in range(groups):
            name = f"Groupement Wafakoye {n}"
            made.append(Group(
                code=f"GRP-{n:05d}", name=name, folded=fold(f"GRP-{n:05d} {name}"), sound=sound(name),
                legal_form="Groupement", category="women", place_id=communes[n % 2], country=("NE", "ML")[n % 2],
                village="Dessa", phone=f"+2279000{n:04d}", founded_on=date(2020, 1, 1), women=20, men=2, youth=9,
                created_at=NOON, status="verified", checked=[],
            ))
        session.add_all(made)
        session.commit()
        ids = [g.id for g in made]
        number = call.id
    people = {
        "agent": add_person(database, "intake_agent", name="Fadimata Touré"),
        "second_agent": add_person(database, "intake_agent", name="Moussa Zabeirou"),
        "officer": add_person(database, "grants_officer", name="Aïssata Maïga"),
        "head": add_person(database, "programme_head", name="Mariam Guindo"),
        "applicant": add_person(database, "applicant", name="Ramatou Hamani", scope=("group", str(ids[0]))),
    }
    return Scene(around, clock, number, ids, communes, **people)


def pages(*, asked: int = 3_000_000, cash: int = 200_000, kind: int = 300_000, months: int = 6) -> dict[str, forms.PageForm]:
    """Seven complete pages."""
    row = forms.BudgetRow
    return {
        "group": forms.GroupPage(contact_name="Ramatou Hamani", contact_capacity="présidente",
                                 contact_phone="+22790000000", exact=True),
        "project": forms.ProjectPage(title="Fumage et séchage de poisson", summary="Trois fours améliorés.",
                                     commune_id=None, need="Le poisson se perd.", change="Moins de pertes."),
        "people": forms.PeoplePage(women=40, men=6, chosen="Par le comité.", tensions="Aucune connue."),
        "activities": forms.ActivitiesPage(rows=[forms.ActivityRow(label="Achat des fours", first=1, last=2)],
                                           results="Trois fours en service."),
        "budget": forms.BudgetPage(lines=[
            row(label="Fours", unit="unité", quantity=1, price=asked, source="S"),
            *([row(label="Caisse", unit="forfait", quantity=1, price=cash, source="N")] if cash else []),
            *([row(label="Terrain", unit="forfait", quantity=1, price=kind, source="V")] if kind else []),
        ]),
        "contribution": forms.ContributionPage(months=months, after="La vente paie l'entretien."),
        "pieces": forms.PiecesPage(),
    }


def draft(work: Work, scene: Scene, group: int = 0) -> Application:
    return service.start(work, work.db.get_one(Call, scene.call), work.db.get_one(Group, scene.groups[group]))


def complete(work: Work, scene: Scene, application: Application, **budget: int) -> Application:
    for name, form in pages(**budget).items():
        if name == "project":
            form = form.model_copy(update={"commune_id": application.place_id})
        service.save_page(work, application, name, form)
    return application


def filed(scene: Scene, group: int = 0, **budget: int) -> int:
    """A file filed online by the group's own person; the id."""
    with work_as(scene.around, scene.applicant if group == 0 else scene.officer) as work:
        application = complete(work, scene, draft(work, scene, group), **budget)
        service.submit(work, application)
        return application.id


def text_of(content: bytes) -> str:
    """The words of a printed paper."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def deposit(scene: Scene, group: int = 0, **more: object) -> forms.DepositForm:
    fields: dict[str, object] = {
        "call_id": scene.call, "group_id": scene.groups[group], "depositor": "Ramatou Hamani",
        "depositor_capacity": "présidente", "depositor_phone": "+22790112233", "requested": 3_300_000,
        "pieces": ["signed_request", "legal_paper"], "envelopes": 2, "place": "Antenne de Gao",
    }
    return forms.DepositForm.model_validate(fields | more)


__all__ = ["NOON", "PDF", "Scene", "UTC", "complete", "datetime", "deposit", "draft", "filed", "pages", "scene", "text_of", "work_as"]
