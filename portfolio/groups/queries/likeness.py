"""Which groups look like another: by sound, telephone, office holder and registration (D4, moment 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import ColumnElement, and_, case, exists, false, or_, select

from portfolio.groups.models import Group, GroupAccount, Officer
from portfolio.kit.i18n import N_
from portfolio.kit.names import heard_as, key_of, name_percent, same_place
from portfolio.kit.text import fold, number_key, sound
from portfolio.ledger import queries as ledger
from portfolio.places.models import Place
from portfolio.work import Work

_COMMON = frozenset(
    "groupement groupements gpt grpt association assoc associations femme femmes jeune jeunes cooperative societe scoops coop ca "
    "union unions comite comites gestion feminin feminine villageois de des du d la le les l et en pour aux au".split()
)
"""Words that every other group bears: they say nothing about which one it is."""


def distinctive(name: str) -> str:
    """The words of a name that tell it from another, folded; all of them when nothing else is left."""
    words = fold(name).split()
    return " ".join(w for w in words if w not in _COMMON) or " ".join(words)


def name_sound(name: str) -> str:
    """The sound of a group's own name, without the words that all bear: Groupement Songtaaba, Association Song-Taaba."""
    return sound(distinctive(name)).replace(" ", "")[:300]


@dataclass(frozen=True)
class Near:
    """A group that looks like another, and why; with what the ledger knows of it."""

    group: Group
    reasons: tuple[str, ...]
    score: int
    place: str = ""
    paid_minor: int = 0
    advance_minor: int = 0


WHY = {
    "name": N_("same name by its sound"),
    "name_part": N_("a name close to it"),
    "phone": N_("same telephone"),
    "president": N_("an office holder of the same name"),
    "bureau": N_("two office holders of the same names"),
    "identity": N_("an office holder with the same identity paper"),
    "account": N_("same account number, however written"),
    "registration": N_("same registration number"),
    "place": N_("same commune"),
    "village": N_("same village"),
}
_WEIGHTS = {
    "name": 50, "name_part": 30, "phone": 40, "president": 30, "bureau": 60, "identity": 70, "account": 70, "registration": 70,
    "place": 10, "village": 10,
}  # fmt: skip
_ANOTHER_BUREAU, _ANOTHER_PAPER = 20, 10
"""Taken off where both have a president and no office holder is the same, and where both have a legal paper and its number is not the same."""
ALIKE = 30
"""The score from which a group is shown to who registers or verifies another."""
PAIR_FROM = 70
"""The score from which two groups are put before a second person (M14): one number that only one group has, or a name and its village, or two
lesser signs. A telephone is often that of a whole union, or of the head office of its savings bank: alone it is never enough."""
_MOST = 80
"""Groups compared one by one; those that share a number or a name come first."""


def nearest(
    work: Work,
    name: str,
    *,
    place_id: int | None = None,
    phones: Iterable[str | None] = (),
    people: Iterable[str | None] = (),
    registration: str | None = None,
    village: str | None = None,
    identities: Iterable[str | None] = (),
    numbers: Iterable[str] = (),
    but: int | None = None,
    limit: int = 3,
    past: dict[str, tuple[int, int]] | None = None,
    also: str | None = None,
) -> list[Near]:
    """The groups nearest to a description, likeliest first: by sound, telephone, office holder and registration (D4, moment 3).

    Looks at every group whatever the scope, because a double in another country is still a double; what is shown is the page's choice.
    """
    called, told = name_sound(name), {p for p in phones if p}
    names = [p for p in people if p]
    written = fold(registration or "")
    papers = {key for i in identities if i and len(key := number_key(i)) >= 5}
    keys = {n for n in numbers if n}
    strong: list[ColumnElement[bool]] = [Group.sound == called]
    if told:
        strong.append(Group.phone.in_(told))
        strong.append(exists().where(Officer.group_id == Group.id, Officer.phone.in_(told)))
    if names:
        said = set().union(*(heard_as(name) for name in names))
        strong.append(exists().where(Officer.group_id == Group.id, Officer.sound.in_(said)))
    if papers:
        strong.append(exists().where(Officer.group_id == Group.id, Officer.id_key.in_(papers)))
    if keys:
        strong.append(_holding(keys))
    if len(written) >= 4:
        strong.append(Group.folded.contains(written, autoescape=True))
    clauses = list(strong)
    if len(called) >= 4:
        clauses.append(Group.sound.contains(called, autoescape=True))
        clauses.append(Group.sound.startswith(called[:3], autoescape=True))
    if place_id is not None and called:
        clauses.append(and_(Group.place_id == place_id, Group.sound.startswith(called[0], autoescape=True)))
    statement = (
        select(Group, Place, _holding(keys) if keys else false())
        .join(Place, Place.id == Group.place_id)
        .where(or_(*clauses))
    )
    if but is not None:
        statement = statement.where(Group.id != but)
    first = case((or_(*strong), 0), else_=1)
    candidates = work.db.execute(statement.order_by(first, Group.id).limit(_MOST)).all()
    if not candidates:
        if past is not None and also:
            past.update(history(work, [also]))
        return []
    leaders: dict[int, list[Officer]] = {}
    ids = [g.id for g, _p, _h in candidates]
    for officer in work.db.scalars(select(Officer).where(Officer.group_id.in_(ids))):
        leaders.setdefault(officer.group_id, []).append(officer)
    found = []
    for group, place, holds in candidates:
        why = []
        if group.sound == called:
            why.append("name")
        elif len(called) >= 4 and (
            called in group.sound or (len(group.sound) >= 4 and group.sound in called)
        ):
            why.append("name_part")
        elif group.place_id == place_id and _one_letter_apart(called, group.sound):
            why.append("name_part")
        mine = leaders.get(group.id, [])
        if told & {group.phone, *(o.phone for o in mine)}:
            why.append("phone")
        if same := _same_people(names, mine, spelling=bool(why)):
            why.append("president" if same == 1 else "bureau")
        if papers & {o.id_key for o in mine}:
            why.append("identity")
        if holds:
            why.append("account")
        if len(written) >= 4 and fold(group.registration) == written:
            why.append("registration")
        if place_id is not None and group.place_id == place_id and why:
            why.append("place")
            if village and same_place(group.village, village):
                why.append("village")
        score = sum(_WEIGHTS[w] for w in why)
        if score < ALIKE:
            continue
        if names and not same and any(o.office == "president" for o in mine):
            score -= _ANOTHER_BUREAU
        if "registration" not in why and written and group.registration:
            score -= _ANOTHER_PAPER
        if score > 0:
            found.append(Near(group, tuple(why), score, place.name))
    # Whatever speaks against it, a group that looks like another is shown; only its place in the list and the pair depend on that.
    found.sort(key=lambda n: (-n.score, n.group.id))
    known = history(work, [n.group.code for n in found[:limit]] + ([also] if also else []))
    if past is not None:
        past.update(known)
    return [
        Near(n.group, n.reasons, n.score, n.place, *known.get(n.group.code, (0, 0))) for n in found[:limit]
    ]


def _holding(keys: Iterable[str]) -> ColumnElement[bool]:
    """The group has one of these numbers among its accounts."""
    return exists().where(
        GroupAccount.group_id == Group.id, GroupAccount.status != "retired", GroupAccount.number_key.in_(keys)
    )


def _one_letter_apart(one: str, other: str) -> bool:
    """« Benkadi », « Benkaji », « Bekadi »: for groups of the same commune."""
    if min(len(one), len(other)) < 3:
        return False
    return one[:3] == other[:3] or SequenceMatcher(None, one, other).ratio() >= 0.8


def _same_people(names: Sequence[str], bureau: Sequence[Officer], *, spelling: bool) -> int:
    """How many of these names an office holder bears, in whatever order; `spelling`: one letter apart too, where something else is alike."""
    keys = {key_of(o.full_name): o.full_name for o in bureau}
    return sum(
        key_of(name) in keys
        or (spelling and any(name_percent(name, theirs) >= 90 for theirs in keys.values()))
        for name in set(names)
    )


def similar(
    work: Work,
    group: Group,
    bureau: Sequence[Officer],
    past: dict[str, tuple[int, int]] | None = None,
    limit: int = 3,
    held: Iterable[GroupAccount] | None = None,
) -> list[Near]:
    """The groups that look like this one. `held` are its accounts, when they are read already.
    `past` receives the history of all of them and of this one, read in the same query."""
    if held is None:
        held = work.db.scalars(select(GroupAccount).where(GroupAccount.group_id == group.id)).all()
    return nearest(
        work,
        group.name,
        place_id=group.place_id,
        phones=[group.phone, *(o.phone for o in bureau)],
        people=[o.full_name for o in bureau],
        registration=group.registration,
        village=group.village,
        identities=[o.id_number for o in bureau],
        numbers=[a.number_key for a in held if a.status != "retired"],
        but=group.id,
        limit=limit,
        past=past,
        also=group.code if past is not None else None,
    )


def history(work: Work, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Group code → (paid so far, advance not yet justified), in minor units, from the ledger's balances."""
    if not codes:
        return {}
    table = ledger.table(work.db, "party", ["409", "657"], party=list(codes))
    found = {}
    for code, by_account in table.items():
        advance_in, advance_out = by_account.get("409", (0, 0))
        spent_in, spent_out = by_account.get("657", (0, 0))
        # What was justified moved from the advance to the expense: counted once, as expense.
        advance = advance_in - advance_out
        found[code] = (advance + spent_in - spent_out, advance)
    return found


def search_clause(work: Work, typed: str) -> ColumnElement[bool] | None:
    """Groups found by what a person says at the counter: name as it sounds, code, village, telephone, number of the récépissé, office holder."""
    plain = fold(typed[:100])
    if not plain:
        return None
    heard, called = sound(typed[:100]), name_sound(typed[:100])
    digits = "".join(c for c in typed if c.isdigit())
    clauses: list[ColumnElement[bool]] = [Group.folded.contains(plain, autoescape=True)]
    if len(called) >= 3:
        clauses.append(Group.sound.contains(called, autoescape=True))
    if work.may("group:view_names"):
        if len(heard) >= 3:
            clauses.append(
                exists().where(Officer.group_id == Group.id, Officer.sound.contains(heard, autoescape=True))
            )
        if len(digits) >= 6:
            clauses.append(Group.phone.contains(digits))
            clauses.append(exists().where(Officer.group_id == Group.id, Officer.phone.contains(digits)))
    return or_(*clauses)
