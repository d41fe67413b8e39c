"""The articles of an agreement or an amendment: its template, its values, and the text that both make (I1, I2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from portfolio.agreements.models import Agreement, AgreementTemplate, Amendment
from portfolio.agreements.queries.amended import tolerance
from portfolio.agreements.queries.records import Parties
from portfolio.agreements.reference import clauses
from portfolio.agreements.reference.clauses import NAME, Clause, Sentence, Template, Test
from portfolio.agreements.reference.placeholders import CATALOGUE, FORMATS
from portfolio.documents.reference import ORIGINALS, rule
from portfolio.kit.errors import Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

OFFERS: list[Callable[[Work, str, date], int | None]] = []
"""How many offers a group compares in a country on a day; the room of purchases registers it."""

RULES = {
    "delai_compte": "cooling_hours",
    "delai_rapport_final": "final_report_days",
    "delai_mise_en_demeure": "notice_days",
    "delai_amiable": "settlement_days",
    "conservation": "retention_years",
    "inalienabilite": "equipment_years",
}
"""Placeholders whose figure is a dated rule, by its code."""


def as_template(row: AgreementTemplate) -> Template:
    """A version of the institution."""
    return Template(row.code, row.number, row.title, row.valid_from, row.source, row.body)


def templates(work: Work) -> tuple[Template, ...]:
    """Every version that may be printed: shipped, or approved by two people."""
    rows = work.db.scalars(select(AgreementTemplate).where(AgreementTemplate.approved_at.is_not(None)))
    return (*clauses.shipped(), *(as_template(row) for row in rows))


def template_in_force(work: Work, code: str, on: date) -> Template:
    """The version in force on a day: the newest that has begun; before the first, the first."""
    mine = sorted((t for t in templates(work) if t.code == code), key=lambda t: (t.valid_from, t.version))
    return next((t for t in reversed(mine) if t.valid_from <= on), mine[0])


def pinned(work: Work, code: str, on: date) -> dict[str, Any]:
    """The columns that keep the version in force on a record."""
    found = template_in_force(work, code, on)
    return {"template_version": found.version, "template_hash": found.hash}


def template_of(work: Work, code: str, thing: Agreement | Amendment) -> Template:
    """The version of a record, whatever is in force today. Refused when its text is no more what was recorded."""
    for found in templates(work):
        if (found.code, found.version) == (code, thing.template_version):
            if found.hash == thing.template_hash:
                return found
            break
    raise Refused(
        Refusal(
            "template_altered",
            _("The text of the template, version %(version)d, is not the one recorded: nothing is printed.")
            % {"version": thing.template_version},
            way_out=_("Put back the version as it was approved."),
        )
    )


def figures(work: Work, agreement: Agreement, on: date) -> dict[str, Any]:
    """The figures of the rules in force on a day, by placeholder; None where no text fixes one."""
    found: dict[str, Any] = {}
    for name, code in RULES.items():
        known = rule(code, on)
        found[name] = None if known.value is None else (known.value, known.unit)
    offers = next((n for ask in OFFERS if (n := ask(work, agreement.country, on)) is not None), None)
    found["offres_minimum"] = None if offers is None else (offers, "offers")
    found["originaux"] = (ORIGINALS["agreement"], "originals")
    found["virement"] = tolerance(work, agreement)
    return found


def codes(parties: Parties, agreement: Agreement, **more: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What the conditions of a template compare: country, donor, fund, call, and what is added."""
    return {
        "pays": (agreement.country,),
        "bailleur": (parties.donor.code,),
        "fonds": (parties.fund.code,),
        "appel": (parties.call.code,),
        **{name: tuple(found) for name, found in more.items()},
    }


def written(
    template: Template, values: Mapping[str, Any], known: Mapping[str, Iterable[str]]
) -> list[dict[str, Any]]:
    """The articles as they are printed. Refused, with every value that is missing, rather than with a gap."""
    flags = {p.given: True for p in CATALOGUE[template.code].values() if p.given}
    for name, placeholder in CATALOGUE[template.code].items():
        if placeholder.given and values.get(name) in (None, ""):
            flags[placeholder.given] = False
    chosen = [c for c in template.clauses if _holds(c.tests, flags, known)]
    if [c.number for c in chosen] != list(range(1, len(chosen) + 1)):
        raise Refused(
            Refusal(
                "article_numbering",
                _("For this file the template has an article twice, or none: nothing is printed."),
                way_out=_("Have a version of the template corrected and approved."),
                who=who_may("agreement:prepare"),
            )
        )
    missing: list[str] = []
    made = [_article(template.code, c, values, flags, known, missing) for c in chosen]
    if missing:
        raise Refused(*_gaps(template.code, missing))
    return made


def _article(
    code: str,
    clause: Clause,
    values: Mapping[str, Any],
    flags: Mapping[str, bool],
    known: Mapping[str, Iterable[str]],
    missing: list[str],
) -> dict[str, Any]:
    paragraphs = []
    for paragraph in clause.paragraphs:
        kept = [_filled(code, s, values, missing) for s in paragraph if _holds(s.tests, flags, known)]
        if kept:
            paragraphs.append(" ".join(kept))
    return {"number": clause.number, "title": clause.title, "paragraphs": paragraphs, "table": clause.table}


def _holds(tests: Iterable[Test], flags: Mapping[str, bool], known: Mapping[str, Iterable[str]]) -> bool:
    return all(
        (bool(set(t.among) & set(known.get(t.name, ()))) if t.among else flags[t.name]) is not t.contrary
        for t in tests
    )


def _filled(code: str, sentence: Sentence, values: Mapping[str, Any], missing: list[str]) -> str:
    """One pass: a brace inside a value is a word of that value."""
    parts: list[str] = []
    last = 0
    for found in NAME.finditer(sentence.text):
        name = found[1]
        value, style = values.get(name), FORMATS[CATALOGUE[code][name].format]
        parts.append(sentence.text[last : found.start()])
        if value is None or value == "":
            missing.append(name)
        elif not isinstance(value, style.kind):
            raise TypeError(f"{name}: {style.kind.__name__} expected")
        else:
            parts.append(style.write(value))
        last = found.end()
    return "".join([*parts, sentence.text[last:]])


def _gaps(code: str, missing: list[str]) -> Iterator[Refusal]:
    for name in dict.fromkeys(missing):
        yield Refusal(
            "clause_value_missing",
            _("The paper cannot be written: « %(meaning)s » is not known.")
            % {"meaning": _(CATALOGUE[code][name].meaning)},
            way_out=_("Complete the record, or the dated rules, then print again."),
        )


def said(template: Template) -> dict[str, Any]:
    """What a paper says of its template, as facts."""
    return {
        "code": template.code,
        "version": template.version,
        "title": template.title,
        "valid_from": template.valid_from.isoformat(),
        "hash": template.hash,
    }
