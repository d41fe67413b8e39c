"""What the papers of a call print: plain facts, in French, read once from the record (documents.md 1). Nothing on them is typed twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import act_of, in_force
from portfolio.calls.models import Correction
from portfolio.calls.queries.complete import DATES, Bundle, date_label
from portfolio.calls.queries.record import deadline_text
from portfolio.documents.reference import institution, letterhead
from portfolio.kit.i18n import date_text, speaking
from portfolio.places import reference
from portfolio.places.models import Place
from portfolio.work import Work

COUNTRIES = {"ML": "Mali", "BF": "Burkina Faso", "NE": "Niger"}
WHO = {
    "women": "groupements de femmes",
    "youth": "associations et groupements de jeunes",
    "cooperative": "coopératives immatriculées (SCOOPS, COOP-CA)",
    "committee": "comités de gestion (eau, école, santé)",
    "association": "associations déclarées",
    "union": "unions de groupements",
}
SHARES = {
    "women": "groupements de femmes",
    "youth": "associations et groupements de jeunes",
    "woman_president": "groupes présidés par une femme",
}
PARTS = {"ML": ("cercle", "cercles"), "BF": ("province", "provinces"), "NE": ("département", "départements")}


def signatory(work: Work) -> dict[str, str]:
    """The ordonnateur who signs: function, name and the act that appoints him (F5)."""
    on = work.today
    statement = (
        select(Person.id, Person.full_name)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.role == "authorising_officer",
            RoleAssignment.scope_kind == "all",
            RoleAssignment.kind == "own",
            *in_force(on),
        )
        .order_by(RoleAssignment.id)
        .limit(1)
    )
    row = work.db.execute(statement).one_or_none()
    return {
        "function": institution(on)["head"] + ", ordonnateur",
        "name": row.full_name if row else "",
        "act": act_of(work, row.id, on, "decision:sign") if row else "",
    }


def places_by_country(work: Work, places: list[Place]) -> list[dict[str, str]]:
    """`Mali : région de Gao (cercles de Gao, Ansongo, Bourem) ; région de Ménaka`, with the map that was used (R21)."""
    codes = {code for p in places for code in p.path.split("/") if code}
    shipped = reference.by_code()
    names = {code: (shipped[code].name, shipped[code].level) for code in codes if code in shipped}
    if codes - names.keys():  # a unit that an officer added with its act
        added = select(Place.code, Place.name, Place.level).where(Place.code.in_(codes - names.keys()))
        names |= {code: (name, level) for code, name, level in work.db.execute(added)}
    found = []
    for country in [c for c in COUNTRIES if any(p.country == c for p in places)]:
        mine = [p for p in places if p.country == country]
        groups: dict[str, list[Place]] = {}
        for place in mine:
            region = next(
                (names[c][0] for c in place.path.split("/") if c in names and names[c][1] == 1), place.name
            )
            groups.setdefault(region, []).append(place)
        parts = []
        for region_name, inside in groups.items():
            small = [p for p in inside if p.level >= 2]
            words = f"région {_of(region_name)}"
            if small and len(small) == len(inside):
                one, many = PARTS[country] if all(p.level == 2 for p in small) else ("commune", "communes")
                listed = ", ".join(p.name for p in small)
                words += f" ({one if len(small) == 1 else many} : {listed})"
            parts.append(words)
        found.append({"country": COUNTRIES[country], "text": " ; ".join(parts), "map": _maps(mine)})
    return found


def _of(name: str) -> str:
    if name.startswith("Le "):
        return f"du {name[3:]}"
    return f"d'{name}" if name[:1] in "AEIOUÉÈÊ" else f"de {name}"


def _maps(places: list[Place]) -> str:
    """The administrative maps that the places were read from, each said once; how a code was made is no matter of a public notice."""
    said: list[str] = []
    for place in sorted(places, key=lambda p: (p.source or "", p.code)):
        parts = [x.strip() for x in (place.source or "table des unités administratives").split(" ; ")]
        for part in parts:
            if "code" not in part.lower() and part not in said:
                said.append(part)
    kept = [x for x in said if not any(x != other and x in other for other in said)]
    return " ; ".join(kept or said)


def _when(b: Bundle, piece: Any) -> str:
    parts = []
    if piece.categories:
        parts.append(", ".join(WHO[c] for c in piece.categories))
    if piece.needed_from_minor:
        parts.append(f"à partir de {piece.needed_from_minor:,} F CFA".replace(",", "\u202f"))
    if piece.condition:
        parts.append(piece.condition)
    return " ; ".join(parts) or "tous"


def notice_facts(work: Work, b: Bundle) -> dict[str, Any]:
    """The facts of the notice, the poster and the communiqué: JSON only, dates as words or ISO."""
    with speaking("fr"):
        return _notice(work, b)


def _notice(work: Work, b: Bundle) -> dict[str, Any]:
    call = b.call
    on = work.today
    house = institution(on)
    head = letterhead(on)
    ties = sorted((c for c in b.criteria if c.tie_rank is not None), key=lambda c: c.tie_rank or 0)
    return {
        "letterhead": head,
        "on": on.isoformat(),
        "signatory": signatory(work),
        "institution": head["lines"],
        "code": call.code,
        "title": call.title,
        "summary": call.summary,
        "exercice": call.exercice,
        "envelope_minor": call.envelope_minor,
        "floor_minor": call.floor_minor,
        "ceiling_minor": call.ceiling_minor,
        "currency": call.amount_currency,
        "own_percent": call.own_contribution_percent,
        "cash_exempt": call.cash_exempt_displaced,
        "max_months": call.max_months,
        "funding": [
            {
                "donor": x.donor,
                "fund": f"{x.fund} – {x.fund_name}",
                "line": x.line,
                "amount_minor": x.amount_minor,
            }
            for x in b.lines
        ],
        "shares": [
            {
                "label": SHARES[s.category],
                "percent": s.percent,
                "amount_minor": -(-call.envelope_minor * s.percent // 100),
            }
            for s in b.shares
        ],
        "objectives": [
            {
                "framework": each.title,
                "items": [
                    {"code": code, "title": title, "weight": weight}
                    for _id, code, title, weight in each.weights
                ],
            }
            for each in b.tags
            if each.weights
        ],
        "places": places_by_country(work, b.places),
        "who": [WHO[c] for c in call.categories],
        "min_members": call.min_members,
        "min_age_months": call.min_age_months,
        "min_youth_percent": call.min_youth_percent,
        "max_files": call.max_files,
        "excluded": list(call.excluded),
        "refused_expenses": list(call.refused_expenses),
        "cost_caps": [{"category": c["category"], "percent": c["percent"]} for c in call.cost_caps],
        "pieces": [{"label": p.label, "when": _when(b, p)} for p in b.pieces],
        "criteria": [
            {
                "code": c.code,
                "label": c.label,
                "guidance": c.guidance,
                "weight": c.weight,
                "floor": c.floor,
                "levels": list(c.levels),
            }
            for c in b.criteria
        ],
        "score_floor": call.score_floor,
        "spread_limit": call.spread_limit,
        "assessors": call.assessors_needed,
        "ties": [c.label for c in ties],
        "form_edition": int(call.form.get("edition", 1)),
        "filing_place": call.filing_place,
        "filing_hours": call.filing_hours,
        "copies": call.copies,
        "opens": deadline_text(call.opens_at),
        "deadline": deadline_text(call.closes_at),
        "closes_at": call.closes_at.isoformat(),
        "questions_until": date_text(call.questions_until),
        "answers_on": date_text(call.answers_on),
        "answers_where": call.answers_where,
        "calendar": calendar_rows(b),
        "appeal_days": call.appeal_days,
        "appeal_to": call.appeal_to,
        "contact": call.contact,
        "complaints": call.complaints_contact,
        "corruption": call.corruption_contact,
        "data_contact": house["data_contact"],
    }


def calendar_rows(b: Bundle) -> list[list[str]]:
    """Every step with its date in words, in order; the appeal runs from the receipt of the letter (R11)."""
    call = b.call
    order = ("questions_until", "answers_on", "closes_at", *DATES[2:])
    rows = [[date_label("opens_at"), deadline_text(call.opens_at)]]
    for name in order:
        value = getattr(call, name)
        if value is not None:
            shown = deadline_text(value) if isinstance(value, datetime) else date_text(value)
            rows.append([date_label(name), shown])
    return rows


def radio_facts(work: Work, b: Bundle) -> dict[str, Any]:
    """The facts of the communiqué are those of the notice."""
    return notice_facts(work, b)


def correction_facts(work: Work, b: Bundle, correction: Correction) -> dict[str, Any]:
    """« Avis rectificatif n° … » : each date before and after, the reason, and that nothing else changes."""
    with speaking("fr"):
        rows = []
        for name in ("closes_at", *DATES):
            if name in correction.changes:
                old, new = correction.changes[name]
                rows.append([date_label(name), _dated(old), _dated(new)])
        return {
            "letterhead": letterhead(work.today),
            "on": work.today.isoformat(),
            "signatory": signatory(work),
            "call": b.call.reference,
            "title": b.call.title,
            "number": correction.number,
            "reason": correction.reason,
            "rows": rows,
            "deadline": deadline_text(b.call.closes_at),
            "contact": b.call.contact,
        }


def _dated(text: str | None) -> str:
    if text is None:
        return "—"
    if "T" in text:
        return deadline_text(datetime.fromisoformat(text))
    return date_text(date.fromisoformat(text))
