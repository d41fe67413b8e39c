"""Reading groups: who they are, who leads them, where they are paid; what of it the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from portfolio.documents import queries as documents
from portfolio.groups.forms import CHECKS
from portfolio.groups.models import Group, GroupAccount, Officer
from portfolio.groups.queries.likeness import WHY, distinctive, history, name_sound, similar
from portfolio.groups.reference import Ceiling, wallet_ceiling
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold, last4, phone_text, sound
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.work import Work

CATEGORY_WORDS = {
    "women": N_("Women's group"),
    "youth": N_("Youth association or group"),
    "cooperative": N_("Cooperative"),
    "committee": N_("Management committee"),
    "association": N_("Association"),
    "union": N_("Union"),
}
OFFICE_WORDS = {"president": N_("President"), "treasurer": N_("Treasurer"), "secretary": N_("Secretary")}
KIND_WORDS = {
    "bank": N_("Bank"),
    "sfd": N_("Savings and credit union"),
    "mobile": N_("Mobile money"),
    "cash": N_("Cash, against a receipt"),
}
CHECK_WORDS = {
    "registration": N_("The legal paper was seen and is in force"),
    "members": N_("The signed list of members was seen and counted"),
    "bureau": N_("The identity papers of the bureau were seen"),
    "existence": N_("The group exists at its place: visit, or word of the commune"),
    "no_duplicate": N_("It is not one of the groups that look like it"),
}


def visible(work: Work) -> Select[Group]:
    """Every group that the actor may see: staff by their scope, applicants their own."""
    return select(Group).where(or_(work.within("group:view", Group), work.within("own:view", Group)))


def get(work: Work, number: int) -> Group:
    """The group with this id, or NotFound when it is missing or out of scope (Z03)."""
    found = (
        work.db.scalars(visible(work).where(Group.id == number)).one_or_none() if 0 < number < 2**62 else None
    )
    if found is None:
        raise NotFound
    return found


documents.owner("grp", get)


def by_code(work: Work, code: str) -> Group | None:
    """The group with this code, whatever the scope: for services."""
    return work.db.scalars(select(Group).where(Group.code == code)).one_or_none()


def get_account(work: Work, number: int) -> GroupAccount:
    """An account of a group that the actor may see."""
    found = work.db.get(GroupAccount, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    get(work, found.group_id)
    return found


def officers(work: Work, group: Group, on: date | None = None) -> list[Officer]:
    """The bureau in office on a date (today when none is given), president first."""
    day = on or work.today
    statement = select(Officer).where(
        Officer.group_id == group.id, Officer.since <= day, or_(Officer.until.is_(None), Officer.until > day)
    )
    rank = {"president": 0, "treasurer": 1, "secretary": 2}
    return sorted(work.db.scalars(statement), key=lambda o: (rank[o.office], o.id))


def all_officers(work: Work, group: Group) -> list[Officer]:
    """Everybody who held an office, the last first."""
    statement = select(Officer).where(Officer.group_id == group.id)
    return list(work.db.scalars(statement.order_by(Officer.since.desc(), Officer.id.desc())))


def accounts(work: Work, group: Group) -> list[GroupAccount]:
    """Every account of a group, the last first."""
    statement = select(GroupAccount).where(GroupAccount.group_id == group.id)
    return list(work.db.scalars(statement.order_by(GroupAccount.id.desc())))


def verified_accounts(work: Work, group: Group) -> list[GroupAccount]:
    """The accounts that a second person has verified, the last first."""
    return [a for a in accounts(work, group) if a.status == "verified"]


def may_see_names(work: Work, group: Group) -> bool:
    """Whether the actor may read the names and telephones of this group."""
    return work.may("group:view_names", group) or work.may("own:view", group)


def initials(name: str) -> str:
    """`A. M.`: what those see who have no need of the name."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha()) or "–"


def number_shown(work: Work, group: Group, account: GroupAccount) -> str:
    """The whole number for who orders, controls or pays; the last four characters for everybody else (F15)."""
    return account.number if work.may("group_account:view_number", group) else last4(account.number)


@dataclass(frozen=True)
class Leader:
    """An office holder as the page may show him or her."""

    id: int
    office: str
    name: str
    sex: str
    phone: str
    identity: str
    since: date
    until: date | None
    act: str
    can_sign: bool


@dataclass(frozen=True)
class Payee:
    """An account as the page may show it, with its warnings."""

    account: GroupAccount
    number: str
    holder: str
    warnings: tuple[str, ...]


def account_warnings(
    group: Group, account: GroupAccount, bureau: Sequence[Officer], shared: Iterable[str] = ()
) -> list[str]:
    """What a second person must look at before confirming an account (D12, demo problems 1 and 5): codes, in order."""
    found = []
    holder, called = fold(account.holder), distinctive(group.name)
    is_group = called in holder or name_sound(account.holder) == group.sound
    treasurer = {o.sound for o in bureau if o.office == "treasurer"}
    leaders = {o.sound for o in bureau}
    heard = sound(account.holder)
    if not is_group and heard in treasurer and account.kind == "mobile":
        found.append("holder_is_treasurer")
    elif not is_group and heard in leaders:
        found.append("holder_is_person")
    elif not is_group:
        found.append("holder_is_stranger")
    if list(shared):
        found.append("number_elsewhere")
    return found


WARNING_WORDS = {
    "holder_is_treasurer": N_(
        "The wallet is in the treasurer's name, not the group's: the assembly's minutes must say that it is used for the group."
    ),
    "holder_is_person": N_("The account is in the name of a person of the bureau, not of the group."),
    "holder_is_stranger": N_("The holder's name is neither the group's nor its treasurer's."),
    "number_elsewhere": N_("The same number is held by another group."),
}


def accounts_and_shared(work: Work, group: Group) -> tuple[list[GroupAccount], dict[str, list[str]]]:
    """The accounts of a group, the last first, and which of their numbers another group holds too, however it was
    written there: {`number_key`: codes}; one query."""
    mine = select(GroupAccount.number_key).where(GroupAccount.group_id == group.id)
    statement = (
        select(GroupAccount, Group.code)
        .join(Group, Group.id == GroupAccount.group_id)
        .where(GroupAccount.number_key.in_(mine))
        .order_by(GroupAccount.id.desc())
    )
    own: list[GroupAccount] = []
    shared: dict[str, list[str]] = {}
    for account, code in work.db.execute(statement):
        if account.group_id == group.id:
            own.append(account)
        elif account.status != "retired":
            shared.setdefault(account.number_key, []).append(code)
    return own, shared


def shared_numbers(work: Work, group: Group) -> dict[str, list[str]]:
    """Account numbers of this group (`number_key`) that another group holds too → the codes of these groups."""
    return accounts_and_shared(work, group)[1]


def _leader(officer: Officer, names: bool) -> Leader:
    return Leader(
        officer.id,
        officer.office,
        officer.full_name if names else initials(officer.full_name),
        officer.sex or "",
        (phone_text(officer.phone) if names else last4(officer.phone)) if officer.phone else "",
        " ".join(filter(None, (officer.id_kind, last4(officer.id_number) if officer.id_number else ""))),
        officer.since,
        officer.until,
        officer.act,
        officer.can_sign,
    )


def facts(work: Work, group: Group) -> dict[str, Any]:
    """Everything the page of a group shows: the same for the visit and for a refused form."""
    names = may_see_names(work, group)
    everyone = all_officers(work, group)
    day = work.today
    bureau = [o for o in everyone if o.since <= day and (o.until is None or o.until > day)]
    bureau.sort(key=lambda o: ("president", "treasurer", "secretary").index(o.office))
    place = work.db.get(Place, group.place_id)
    ceiling = wallet_ceiling(group.country, day)
    held, shared = accounts_and_shared(work, group)
    payees = [
        Payee(
            account,
            number_shown(work, group, account),
            account.holder if names else initials(account.holder),
            tuple(account_warnings(group, account, bureau, shared.get(account.number_key, ()))),
        )
        for account in held
    ]
    staff = work.may("group:view", group)
    past: dict[str, tuple[int, int]] = {}
    near = similar(work, group, bureau, past, held=held) if staff else []
    if not staff:
        past = history(work, [group.code])
    paid, advance = past.get(group.code, (0, 0))
    return {
        "group": group,
        "place_words": places.path_text(work, place)
        if place is not None and not (group.hidden_place and not names)
        else "",
        "names": names,
        "staff": staff,
        "bureau": [_leader(o, names) for o in bureau],
        "former": [_leader(o, names) for o in everyone if o not in bureau],
        "payees": payees,
        "ceiling": ceiling,
        "near": near,
        "paid_minor": paid,
        "advance_minor": advance,
        "checks": [c for c in CHECKS if c != "no_duplicate" or near],
        **words(),
    }


def words() -> dict[str, Any]:
    """The words of codes, for templates."""
    return {
        "category_words": CATEGORY_WORDS,
        "office_words": OFFICE_WORDS,
        "kind_words": KIND_WORDS,
        "check_words": CHECK_WORDS,
        "why_words": WHY,
        "warning_words": WARNING_WORDS,
    }


def category_text(code: str) -> str:
    """The words of a category."""
    return _(CATEGORY_WORDS[code])


def wallet_refusal(ceiling: Ceiling | None, amount_minor: int) -> bool:
    """Whether a sum is above what one wallet may hold (demo problem 6)."""
    return ceiling is not None and amount_minor > ceiling.ceiling_minor
