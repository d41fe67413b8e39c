"""Which groups look like another: by sound, telephone, office holder and registration (D4, moment 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select

from portfolio.groups.models import Group, Officer
from portfolio.kit.i18n import N_
from portfolio.kit.text import fold, sound
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
    "registration": N_("same registration number"),
    "place": N_("same commune"),
}
_WEIGHTS = {"name": 50, "name_part": 30, "phone": 60, "president": 30, "registration": 70, "place": 10}


def nearest(
    work: Work,
    name: str,
    *,
    place_id: int | None = None,
    phones: Iterable[str | None] = (),
    people: Iterable[str | None] = (),
    registration: str | None = None,
    but: int | None = None,
    limit: int = 3,
    past: dict[str, tuple[int, int]] | None = None,
    also: str | None = None,
) -> list[Near]:
    """The groups nearest to a description, likeliest first: by sound, telephone, office holder and registration (D4, moment 3).

    Looks at every group whatever the scope, because a double in another country is still a double; what is shown is the page's choice.
    """
    called, told = name_sound(name), {p for p in phones if p}
    heard = {sound(p) for p in people if p}
    written = fold(registration or "")
    clauses: list[ColumnElement[bool]] = [Group.sound == called]
    if len(called) >= 4:
        clauses.append(Group.sound.contains(called, autoescape=True))
        clauses.append(Group.sound.startswith(called[:3], autoescape=True))
    if told:
        clauses.append(Group.phone.in_(told))
        clauses.append(exists().where(Officer.group_id == Group.id, Officer.phone.in_(told)))
    if heard:
        clauses.append(exists().where(Officer.group_id == Group.id, Officer.sound.in_(heard)))
    if len(written) >= 4:
        clauses.append(Group.folded.contains(written, autoescape=True))
    statement = select(Group, Place).join(Place, Place.id == Group.place_id).where(or_(*clauses))
    if but is not None:
        statement = statement.where(Group.id != but)
    candidates = work.db.execute(statement.order_by(Group.id).limit(60)).all()
    if not candidates:
        if past is not None and also:
            past.update(history(work, [also]))
        return []
    leaders: dict[int, list[Officer]] = {}
    numbers = [g.id for g, _p in candidates]
    for officer in work.db.scalars(select(Officer).where(Officer.group_id.in_(numbers))):
        leaders.setdefault(officer.group_id, []).append(officer)
    found = []
    for group, place in candidates:
        why = []
        if group.sound == called:
            why.append("name")
        elif len(called) >= 4 and (
            called in group.sound or (len(group.sound) >= 4 and group.sound in called)
        ):
            why.append("name_part")
        elif len(called) >= 3 and group.sound[:3] == called[:3] and group.place_id == place_id:
            # One letter apart in the same commune: « Benkadi », « Benkaji ».
            why.append("name_part")
        mine = leaders.get(group.id, [])
        if told & {group.phone, *(o.phone for o in mine)}:
            why.append("phone")
        if heard & {o.sound for o in mine}:
            why.append("president")
        if len(written) >= 4 and fold(group.registration) == written:
            why.append("registration")
        if place_id is not None and group.place_id == place_id and why:
            why.append("place")
        score = sum(_WEIGHTS[w] for w in why)
        if score >= 30:
            found.append(Near(group, tuple(why), score, place.name))
    found.sort(key=lambda n: (-n.score, n.group.id))
    known = history(work, [n.group.code for n in found[:limit]] + ([also] if also else []))
    if past is not None:
        past.update(known)
    return [
        Near(n.group, n.reasons, n.score, n.place, *known.get(n.group.code, (0, 0))) for n in found[:limit]
    ]


def similar(
    work: Work, group: Group, bureau: Sequence[Officer], past: dict[str, tuple[int, int]] | None = None
) -> list[Near]:
    """The groups that look like this one. `past` receives the history of all of them and of this one, read in the same query."""
    return nearest(
        work,
        group.name,
        place_id=group.place_id,
        phones=[group.phone, *(o.phone for o in bureau)],
        people=[o.full_name for o in bureau if o.office == "president"],
        registration=group.registration,
        but=group.id,
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
