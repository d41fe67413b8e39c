"""Fiche d'engagement, décision portant attribution de subventions, liste à afficher. French acts, whatever the screen speaks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from portfolio.kit.grammar import of, the
from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.words import amount_in_words, date_long

Facts = dict[str, Any]
VISAS = {
    "prepared": "en attente",
    "deferred": "Différé",
    "visaed": "Visé",
    "visaed_with_reserve": "Visé avec réserve",
    "rejected": "Rejeté",
    "released": "Visé, puis dégagé",
}


def day(text: str | None) -> date | None:
    """A day of the facts."""
    if not text:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).date() if "T" in text else date.fromisoformat(text)


def new_paper(facts: Facts, title: str, **options: Any) -> Paper:
    """A paper with the letterhead, the number, the fingerprint and the QR of these facts."""
    head = facts["letterhead"]
    on = options.pop("on", None) or date.fromisoformat(facts["on"])
    number = options.pop("number", facts.get("reference", ""))
    fingerprint = facts.get("fingerprint")
    total = options.pop("amount_minor", None)
    qr = qr_text(number, on, fingerprint=fingerprint, amount_minor=total) if fingerprint and number else None
    return Paper(
        title,
        number,
        Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        on=on,
        fingerprint=fingerprint,
        qr=qr,
        draft=bool(facts.get("draft")),
        **options,
    )


def signer(facts: Facts, who: str = "signed_by") -> tuple[str, str, str]:
    """(function, name, act) of who signs for the institution: in their own name, by delegation or interim (F5)."""
    person = facts[who]
    if person["capacity"]:
        return f"Pour {facts['head']} et {person['capacity']}", person["name"], person["function"]
    return facts["head"] or "L'ordonnateur", person["name"], person.get("act", "")


def commitment_pdf(facts: Facts) -> bytes:
    """Fiche d'engagement: one page, the line before and after, the visa or the motive of its refusal."""
    made = new_paper(
        facts,
        "Fiche d'engagement",
        one_page=True,
        on=day(facts["prepared_at"]),
        amount_minor=facts["amount_minor"],
        reference_lines=[
            ("Appel", facts["call"]),
            ("Dossier", facts["file"]),
            ("Fonds", facts["fund"]),
            ("Imputation", facts["line"]),
            ("Exercice", str(facts["exercice"])),
        ],
    )
    made.facts(
        [
            ("Objet", facts["title"] or "Subvention de micro-projet"),
            ("Bénéficiaire", f"{facts['payee']}, commune de {facts['commune']}"),
            ("Ligne", f"{facts['line']} — {facts['line_label']}"),
            ("Fonds et bailleur", f"{facts['fund_name']} — {facts['donor']}"),
        ]
    )
    voted, already, present = facts["voted_minor"], facts["already_minor"], facts["amount_minor"]
    made.table(
        [Column("Situation de la ligne", weight=2), Column("Montant", 50, kind="amount")],
        [
            ("Crédits votés", voted),
            ("Déjà engagé", already),
            ("Disponible avant", voted - already),
            ("Présent engagement", present),
            ("Disponible après", voted - already - present),
        ],
        unit="F CFA",
        numbered=False,
        bold_rows=[3],
    )
    made.arrete(
        "Arrêtée la présente fiche d'engagement à la somme de : "
        f"{amount_in_words(present, facts['currency'])} ({amount(present, facts['currency'])})."
    )
    people = [
        Signatory(
            facts["prepared_by"]["function"] or "Service de l'ordonnateur",
            facts["prepared_by"]["name"],
            act=facts["prepared_by"]["act"],
            on=day(facts["prepared_at"]),
            label="Engagement proposé",
        )
    ]
    if facts["controller"]:
        people.append(
            Signatory(
                "Le contrôleur financier",
                facts["visaed_by"]["name"],
                act=facts["visaed_by"]["act"],
                on=day(facts["visaed_at"]),
                label=f"Visa : {VISAS[facts['status']]}",
            )
        )
        if facts["visa_reason"]:
            made.para(f"Motif du contrôleur financier : {facts['visa_reason']}", align="left")
    made.signatures(people)
    made.ampliations(facts.get("ampliations", ()))
    return made.render()


def decision_pdf(facts: Facts) -> bytes:
    """Décision portant attribution: visas, articles, annexed table, total in words, who executes it, ampliations."""
    promotion = facts["kind"] == "promotion"
    made = new_paper(
        facts,
        "Décision portant attribution de subventions",
        on=day(facts["signed_at"]),
        paraphe=True,
        amount_minor=facts["total_minor"],
        reference_lines=[
            ("Appel", facts["call"]),
            ("Exercice", " et ".join(_years(facts))),
            ("PV", facts["minutes"]),
        ],
    )
    made.para(facts["head"].upper() + ",", bold=True, align="left")
    visas = facts["preamble"] or [
        f"Vu l'avis d'appel à propositions {facts['call']}, « {facts['call_title']} » ;",
        f"Vu {the(facts['committee_act'])} ;" if facts["committee_act"] else "",
    ]
    visas = [*visas, _minutes(facts), _commitments(facts)]
    made.para("\n".join(_visa(v) for v in visas if v), align="left")
    made.para("DÉCIDE :", bold=True, align="center")
    awarded = [r for r in facts["rows"] if r["outcome"] == "awarded"]
    total = f"{amount_in_words(facts['total_minor'], facts['currency'])} ({amount(facts['total_minor'], facts['currency'])})"
    plural = len(awarded) > 1
    made.article(
        1,
        "Attribution",
        [
            f"Sont attribuées {len(awarded)} subventions, pour la somme totale de {total}, "
            "aux demandeurs figurant au tableau annexé, première partie."
            if plural
            else f"Est attribuée une subvention, pour la somme de {total}, au demandeur figurant au tableau annexé."
            if awarded
            else "Aucune subvention n'est attribuée."
        ],
    )
    number = 2
    if not promotion:
        counts = {
            o: sum(1 for r in facts["rows"] if r["outcome"] == o)
            for o in ("waitlisted", "adjourned", "not_selected")
        }
        made.article(
            number,
            "Liste d'attente, ajournements, dossiers non retenus",
            [_others(counts)],
        )
        number += 1
    made.article(
        number,
        "Effets",
        [
            "La présente décision ne vaut pas autorisation de dépense par le bénéficiaire : chaque subvention fait l'objet d'une convention, "
            "et chaque versement d'un ordre de paiement.",
            f"Les montants sont imputés aux lignes indiquées au tableau, {_exercices(facts)}.",
        ],
    )
    made.article(
        number + 1,
        "Exécution",
        [
            "Le chef ou la cheffe de programme et l'agent comptable sont chargés, chacun en ce qui le concerne, "
            "de l'exécution de la présente décision, qui sera notifiée et affichée."
        ],
    )
    function, name, act = signer(facts)
    made.signatures([Signatory(function, name, act, on=day(facts["signed_at"]))])
    made.ampliations(facts.get("ampliations", ()))
    _annex(made, facts, awarded)
    return made.render()


def _others(counts: dict[str, int]) -> str:
    """What becomes of the other files, in numbers that agree."""
    parts = []
    for code, one, many in (
        ("waitlisted", "est inscrit sur la liste d'attente", "sont inscrits sur la liste d'attente, dans l'ordre du tableau"),
        ("adjourned", "est ajourné", "sont ajournés"),
        ("not_selected", "n'est pas retenu", "ne sont pas retenus"),
    ):  # fmt: skip
        n = counts[code]
        if n:
            parts.append(f"{n} dossier{'s' if n > 1 else ''} {many if n > 1 else one}")
    if not parts:
        return "Aucun autre dossier n'était à examiner."
    said = " ; ".join(parts)
    refused = counts["not_selected"]
    return f"{said}{', pour les motifs portés au procès-verbal et aux notifications' if refused else ''}."


def _exercices(facts: Facts) -> str:
    """« exercice 2026 »: that of the lines charged, which may follow that of the call."""
    years = _years(facts)
    return f"exercice{'s' if len(years) > 1 else ''} {' et '.join(years)}"


def _years(facts: Facts) -> list[str]:
    found = sorted({r["exercice"] for r in facts["rows"] if r.get("exercice")}) or [facts["exercice"]]
    return [str(year) for year in found]


def _visa(text: str) -> str:
    return text if text.startswith("Vu") else f"Vu {text}"


def _minutes(facts: Facts) -> str:
    if not facts["minutes"]:
        return ""
    on = day(facts["minutes_on"])
    dated = f" du {date_long(on)}" if on else ""
    return f"Vu le procès-verbal n° {facts['minutes']}{dated} {of(facts['committee'])} et ses propositions ;"


def _commitments(facts: Facts) -> str:
    found = facts["commitments"]
    if not found:
        return ""
    said = found[0] if len(found) == 1 else f"{found[0]} à {found[-1]} ({len(found)} fiches)"
    many = len(found) > 1
    visa = f", visée{'s' if many else ''} par le contrôleur financier" if facts["controller"] else ""
    return f"Vu {'les fiches' if many else 'la fiche'} d'engagement n° {said}{visa} ;"


def _annex(made: Paper, facts: Facts, awarded: list[Facts]) -> None:
    made.landscape_section()
    made.heading("Tableau annexé — I. Subventions attribuées")
    made.table(
        [
            Column("Dossier", 34, kind="code"),
            Column("Demandeur", weight=1.3),
            Column("Commune", weight=0.8),
            Column("Objet", weight=1.5),
            Column("Montant", 32, kind="amount"),
            Column("Imputation", 30, kind="code"),
        ],
        [
            (r["file"], r["applicant"], r["commune"], r["title"], r["amount_minor"], r["line"])
            for r in awarded
        ],
        total="Total",
        carry=4,
        unit="F CFA",
    )
    made.arrete(
        f"Arrêté le présent tableau à la somme de : {amount_in_words(facts['total_minor'], facts['currency'])} "
        f"({amount(facts['total_minor'], facts['currency'])})."
    )
    numerals = iter(("II", "III", "IV"))
    for outcome, title in (
        ("waitlisted", "Liste d'attente, dans l'ordre"),
        ("adjourned", "Dossiers ajournés"),
        ("not_selected", "Dossiers non retenus"),
    ):
        rows = [r for r in facts["rows"] if r["outcome"] == outcome]
        if rows:
            made.heading(f"{next(numerals)}. {title}")
            made.table(
                [
                    Column("Dossier", 34, kind="code"),
                    Column("Demandeur", weight=1.3),
                    Column("Commune", weight=0.8),
                    Column("Objet", weight=1.5),
                    Column("Rang", 16, kind="number"),
                ],
                [
                    (
                        r["file"],
                        r["applicant"],
                        r["commune"],
                        r["title"],
                        r["waiting_rank"] or r["rank"] or "—",
                    )
                    for r in rows
                ],
                numbered=False,
            )


def posted_list_pdf(facts: Facts) -> bytes:
    """Liste à afficher: names, or récépissé numbers alone; with the certificate of posting to be filled on the spot."""
    made = new_paper(
        facts,
        "Liste à afficher",
        on=day(facts["signed_at"]),
        reference_lines=[("Appel", facts["call"]), ("Décision", facts["reference"])],
    )
    made.para(
        f"Résultats de l'appel à propositions {facts['call']}, « {facts['call_title']} ».",
        bold=True,
        align="left",
    )
    for outcome, title in (("awarded", "Dossiers retenus"), ("waitlisted", "Liste d'attente, dans l'ordre")):
        rows = [r for r in facts["rows"] if r["outcome"] == outcome]
        made.heading(f"{title} ({len(rows)})")
        if facts["names"]:
            made.table(
                [
                    Column("N° de récépissé", 38, kind="code"),
                    Column("Demandeur", weight=1.4),
                    Column("Commune", weight=1),
                ],
                [(r["receipt"], r["applicant"] or "—", r["commune"] or "—") for r in rows],
            )
        else:
            made.table([Column("N° de récépissé", weight=1, kind="code")], [(r["receipt"],) for r in rows])
    made.para(
        f"Chaque demandeur reçoit une notification. Le recours se forme dans les {facts['appeal_days']} jours à compter de la réception de cette "
        "notification. Les dossiers qui ne figurent pas ici reçoivent une notification motivée."
    )
    function, name, act = signer(facts)
    made.signatures([Signatory(function, name, act, on=day(facts["signed_at"]))])
    made.boxed(
        "CERTIFICAT D'AFFICHAGE — Affiché à (mairie, siège de la délégation spéciale, chefferie) : "
        + "." * 60
        + "\n"
        + "du "
        + "." * 40
        + " au "
        + "." * 40
        + "\n"
        + "Nom, qualité, signature et cachet de l'autorité : "
        + "." * 90
    )
    return made.render()
