"""Document 4: the fiche de notation of one assessor, and the fiche de synthèse of one file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.words import date_long, hour_short

Facts = dict[str, Any]


def _tenths(value: int | None) -> str:
    if value is None:
        return ""
    whole, rest = divmod(value, 10)
    return f"{whole},{rest}" if rest else str(whole)


def _when(text: str | None) -> str:
    if not text:
        return ""
    at = datetime.fromisoformat(text).astimezone(UTC)
    return f"{date_long(at.date())} à {hour_short(at)}"


def _paper(facts: Facts, title: str, **options: Any) -> Paper:
    head = facts["letterhead"]
    mark, reference = facts.get("fingerprint"), facts.get("reference", "")
    on = date.fromisoformat(facts["on"])
    return Paper(
        title,
        reference,
        Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        reference_lines=[("Appel", facts["call"]), ("Dossier", facts["file"])],
        on=on,
        fingerprint=mark,
        qr=qr_text(reference, on, fingerprint=mark) if mark else None,
        draft=bool(facts.get("draft")),
        **options,
    )


def sheet_pdf(facts: Facts) -> bytes:
    """The sheet of one assessor; blank marks print the grid to fill by hand."""
    blank = all(c["value"] is None and not c["abstained"] for c in facts["criteria"])
    made = _paper(
        {**facts, "draft": facts["draft"] and not blank},
        "Grille de notation" if blank else "Fiche de notation",
        paraphe=True,
        one_page=True,
    )
    made.facts(
        [
            ("Appel", f"{facts['call']} — {facts['call_title']}"),
            ("Objet", facts["title"]),
            ("Évaluateur", facts["assessor"]),
            ("Absence de lien déclarée le", _when(facts["declared_at"])),
        ]
    )
    made.table(
        [
            Column("Critère", weight=1.5),
            Column("Poids", 13, kind="number"),
            Column("Seuil", 13, kind="number"),
            Column("Note 0–5", 14, align="right"),
            Column("Niveau", weight=1.6),
            Column("Note pondérée", 19, align="right"),
            Column("Justification", weight=2.2),
        ],
        [
            (
                c["label"],
                c["weight"],
                c["floor"] or "—",
                "sans objet" if c["abstained"] else "" if c["value"] is None else str(c["value"]),
                c["level"],
                _tenths(c["points_tenths"]),
                c["justification"],
            )
            for c in facts["criteria"]
        ],
        row_mm=16 if blank else 0,
        numbered=False,
    )
    made.para("« Sans objet » : hors de la moyenne. Seuil : note pondérée minimale du critère.", small=True)
    if facts["total_tenths"] is not None:
        made.arrete(
            f"Total : {_tenths(facts['total_tenths'])} sur 100 (plancher de l'appel : {facts['score_floor']})"
        )
    suggested = facts["suggested_minor"]
    made.facts(
        [
            ("Points forts", facts["strengths"]),
            ("Points faibles", facts["weaknesses"]),
            ("Lignes discutées", facts["questioned"]),
            ("Montant suggéré", amount(suggested, facts["currency"]) if suggested else ""),
            ("Conditions", facts["conditions"]),
        ]
    )
    if facts["locked_at"]:
        made.para(f"Fiche verrouillée le {_when(facts['locked_at'])} ; rien n'y a changé depuis.")
    if facts["entered_by"]:
        made.para(
            f"Saisie par {facts['entered_by']} d'après la fiche signée"
            + (f", contre-lue par {facts['read_back_by']}." if facts["read_back_by"] else ".")
        )
    locked = datetime.fromisoformat(facts["locked_at"]).date() if facts["locked_at"] else None
    made.signatures([Signatory("L'évaluateur", facts["assessor"], on=locked)])
    return made.render()


def summary_pdf(facts: Facts) -> bytes:
    """The fiche de synthèse: every mark side by side, mean, spread, settled mark with its reason."""
    made = _paper(facts, "Fiche de synthèse", landscape=True)
    made.facts(
        [
            ("Demandeur", facts["applicant"]),
            ("Objet", facts["title"]),
            ("Montant demandé", amount(facts["requested_minor"], facts["currency"])),
        ]
    )
    people = facts["sheets"]
    labels = [
        s["assessor"] + (" (supplémentaire)" if s["extra"] else "") + (" — écartée" if s["set_aside"] else "")
        for s in people
    ]
    columns = [
        Column("Critère", weight=1.6),
        Column("Poids", 13, kind="number"),
        Column("Seuil", 13, kind="number"),
    ]
    columns += [Column(label, weight=1.5) for label in labels]
    columns += [Column("Moyenne pondérée", 24, align="right")]
    rows: list[list[Any]] = []
    for c in facts["criteria"]:
        cells = [
            f"{'sans objet' if m['value'] is None else m['value']} — {m['justification']}"
            if m["justification"]
            else str(m["value"] or "")
            for m in c["marks"]
        ]
        mean = _tenths(c["points_tenths"]) + (" (sous le seuil)" if c["below"] else "")
        rows.append([c["label"], c["weight"], c["floor"] or None, *cells, mean])
    totals: list[Any] = [
        "Total sur 100",
        None,
        None,
        *[_tenths(s["total_tenths"]) for s in people],
        _tenths(facts["mean_tenths"]),
    ]
    made.table(columns, rows, total=totals, numbered=False)
    first = facts["first_spread_tenths"]
    spread = _tenths(facts["spread_tenths"])
    made.facts(
        [
            ("Moyenne", f"{_tenths(facts['mean_tenths'])} sur 100"),
            ("Écart", f"{_tenths(first)} → {spread}" if first != facts["spread_tenths"] else spread),
            (
                "Note arrêtée par le comité",
                f"{_tenths(facts['settled_tenths'])} — {facts['settled_reason']}"
                if facts["settled_tenths"] is not None
                else "néant",
            ),
            (
                "Classement",
                "classé"
                if facts["ranked"]
                else f"non classé (plancher {facts['score_floor']} ou seuil d'un critère)",
            ),
        ]
    )
    made.signatures([Signatory("Le secrétaire du comité", "")])
    return made.render()
