"""The applicant groups come in: registered at the counter of their country, their bureau and account recorded, verified by another person."""

from __future__ import annotations

from functools import partial

from portfolio.accounts import service as accounts
from portfolio.accounts.models import Person
from portfolio.groups import service
from portfolio.groups.forms import (
    CHECKS,
    AccountForm,
    OfficerForm,
    RegisterForm,
    VerifyAccountForm,
    VerifyForm,
)
from portfolio.groups.models import Group, GroupAccount
from portfolio.places import queries as places
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.model import Group as GroupFacts
from portfolio.seed.data.people import DEMO_APPLICANTS, OFFICERS
from portfolio.seed.people_and_frameworks import ADMINISTRATOR, email_of
from portfolio.seed.stage import NOBODY, Stage, make
from portfolio.work import Work

PROGRAMME = "mariam.guindo"
COUNTER = {"ML": "fadimata.toure", "BF": "hamidou.tamboura", "NE": "ramatou.hamani"}
"""Who receives files at the counter of each country."""
LEGAL_FORMS = {
    "groupement": "Groupement de femmes",
    "scoops": "Société coopérative (SCOOPS)",
    "union": "Union de groupements",
    "aue": "Comité de gestion (AUE)",
    "coges": "Comité de gestion (COGES)",
    "asaco": "Comité de gestion (ASACO)",
    "comite": "Comité de gestion",
}
PROVIDERS = {
    "orange_money": "Orange Money",
    "moov_money": "Moov Money",
    "airtel_money": "Airtel Money",
    "wave": "Wave",
}
BANKS = {
    "ML": "Banque du Sahel, agence de Gao",
    "BF": "Banque du Sahel, agence de Dori",
    "NE": "Banque du Sahel, agence de Tillabéri",
}
MUTUALS = {
    "ML": "Caisse mutuelle du Fleuve",
    "BF": "Caisse populaire du Séno",
    "NE": "Mutuelle de crédit du Gourma",
}
PAPERS = {"ML": "Carte d'identité, NINA", "BF": "CNIB", "NE": "Carte nationale d'identité"}
OWN_ACCOUNT = {group: login for login, group in DEMO_APPLICANTS.items()}
MEMBERS = {
    "women": "women",
    "youth": "youth",
    "cooperative": "cooperative",
    "committee": "committee",
    "union": "union",
}


def officer_of(group: str) -> str:
    """The grants officer who follows this group."""
    return OFFICERS[all_groups()[group].country]


def login_of_group(code: str) -> str:
    """What a group's representative signs in with: the demo's three named accounts, or the group's own code."""
    return OWN_ACCOUNT.get(code) or f"groupe.{code.removeprefix('G-').lower()}"


def plan(stage: Stage, code: str, j: int, hour: str, *, online: bool) -> None:
    """A group known from day `j`: registered, its bureau recorded; with an account of its own where it files by itself."""
    facts = all_groups()[code]
    stage.plan(j, hour, COUNTER[facts.country], partial(_register, stage, facts))
    stage.plan(j, hour, OFFICERS[facts.country], partial(_bureau, stage, facts))
    if online or code in OWN_ACCOUNT:
        stage.plan(j, hour, NOBODY, partial(_open_account, stage, facts))
        stage.plan(j, hour, ADMINISTRATOR, partial(_let_in, stage, facts))


def plan_verified(stage: Stage, code: str, j: int) -> None:
    """The same group verified, with its account proposed by its officer and confirmed by the head of programme the day after."""
    facts = all_groups()[code]
    stage.plan(j, "09:10", PROGRAMME, partial(_verify, stage, facts))
    stage.plan(
        j, "11:20", OFFICERS[facts.country], partial(propose_account, stage, facts, "", "", holder=facts.name)
    )
    stage.plan(j + 1, "09:40", PROGRAMME, partial(verify_account, stage, facts, ""))


def _register(stage: Stage, facts: GroupFacts, work: Work) -> None:
    women, men = facts.women, facts.men
    form = make(
        RegisterForm,
        name=facts.name,
        legal_form=LEGAL_FORMS.get(facts.legal_form)
        or ("Association de jeunes" if facts.category == "youth" else "Association"),
        category=MEMBERS.get(facts.category, "association"),
        place_id=places.by_code(work, facts.commune).id,
        phone=facts.phone,
        founded_on=stage.day(facts.founded_j),
        registration=facts.legal_paper,
        women=women,
        men=men,
        youth=min(facts.youth, women + men),
        displaced=min(facts.displaced, women + men),
        note="Les nombres sont ceux du bureau ; les usagers sont plus nombreux."
        if facts.board_only
        else None,
        hidden_place=facts.masked,
        confirmed=True,
    )
    stage.keep(f"group:{facts.code}", service.register(work, form))


def _bureau(stage: Stage, facts: GroupFacts, work: Work) -> None:
    group = stage.get(work, Group, f"group:{facts.code}")
    for officer in facts.officers:
        form = make(
            OfficerForm,
            office=officer.role,
            full_name=officer.name,
            sex=officer.sex,
            phone=officer.phone,
            id_kind=PAPERS[facts.country],
            id_number=officer.paper,
            can_sign=officer.can_sign,
            since=stage.day(max(facts.founded_j, -1500)),
        )
        service.replace_officer(work, group, form)


def _open_account(stage: Stage, facts: GroupFacts, work: Work) -> None:
    login = login_of_group(facts.code)
    person = accounts.create_person(
        work,
        email=email_of(login),
        full_name=facts.officers[0].name,
        password=stage.password,
        function=facts.name[:200],
        permission=None,
        hashed=stage.password_hash,
    )
    stage.keep(f"person:{login}", person)


def _let_in(stage: Stage, facts: GroupFacts, work: Work) -> None:
    person = stage.get(work, Person, f"person:{login_of_group(facts.code)}")
    accounts.grant_role(
        work, person, "applicant", scope_kind="group", scope_code=str(stage.ids[f"group:{facts.code}"])
    )
    stage.roles_changed()


def _verify(stage: Stage, facts: GroupFacts, work: Work) -> None:
    group = stage.get(work, Group, f"group:{facts.code}")
    if group.status == "registered":
        service.verify(work, group, make(VerifyForm, checked=list(CHECKS)))


def account_form(facts: GroupFacts, channel: str = "", holder: str = "", number: str = "") -> AccountForm:
    """Where a group asks to be paid: its own channel, or another one named."""
    way = channel or facts.channel
    if way in PROVIDERS:
        kind, provider = "mobile", PROVIDERS[way]
    else:
        kind, provider = (
            way,
            "Caisse du siège" if way == "cash" else (MUTUALS if way == "sfd" else BANKS)[facts.country],
        )
    return make(
        AccountForm,
        kind=kind,
        provider=provider,
        holder=holder or facts.account_holder,
        number=number or facts.account_number,
    )


def propose_account(
    stage: Stage, facts: GroupFacts, channel: str, key: str, work: Work, holder: str = "", number: str = ""
) -> None:
    """The officer records where the group asks to be paid; `key` names a second account of the same group."""
    group = stage.get(work, Group, f"group:{facts.code}")
    account = service.propose_account(work, group, account_form(facts, channel, holder, number))
    stage.keep(f"account:{facts.code}{key}", account)


def verify_account(stage: Stage, facts: GroupFacts, key: str, work: Work) -> None:
    """A second person types the number again and accepts the warnings with a reason."""
    account = stage.get(work, GroupAccount, f"account:{facts.code}{key}")
    form = VerifyAccountForm(
        number=account.number,
        accept=True,
        why="Attestation lue et comparée avec la liste des membres du bureau.",
    )
    service.verify_account(work, account, form)
