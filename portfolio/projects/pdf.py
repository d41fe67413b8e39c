"""The fiche de visite and the fiche de projet (document 19), drawn from facts alone."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.parts import OFFICES, Facts, day, long_day, sheet
from portfolio.kit.pdf import Column, Paper, Signatory, amount, percent


def visit_pdf(facts: dict[str, Any]) -> bytes:
    """One visit, or one remote check and why nobody went."""
    remote = facts["remote"]
    paper = sheet(
        "Constat à distance" if remote else "Fiche de visite",
        {**facts, "draft": facts["status"] != "validated" or bool(facts.get("draft"))},
        [("Micro-projet", facts["project"]), ("Convention", facts["agreement"])],
        None,
    )
    paper.facts(
        [
            ("Micro-projet", facts["title"]),
            ("Bénéficiaire", facts["group"]),
            ("Lieu", facts["place"]),
            ("Prévue le", long_day(facts["planned_on"])),
            ("Faite le", long_day(facts["visited_on"])),
            ("Équipe", facts["team"]),
            *([("Pourquoi à distance", facts["remote_reason"])] if remote else []),
        ]
    )
    paper.heading("Constats : prévu, trouvé, personnes rencontrées, risques")
    paper.para(facts["findings"] or "—", align="left")
    paper.heading("Points d'action")
    paper.para(facts["action_points"] or "Aucun.", align="left")
    if facts["photos"]:
        paper.heading("Photographies au dossier")
        paper.bullets(facts["photos"], numbered=True)
    paper.signatures(
        [
            Signatory(
                who["function"] or function, who["name"], act=who["act"], on=day(who["on"]), label=label
            )
            for who, function, label in (
                (facts["reporter"], "Auteur de la fiche", "Établi par"),
                (facts["validator"], "Chef de programme", "Validé par"),
            )
        ]
    )
    return paper.render()


def project_pdf(facts: dict[str, Any]) -> bytes:
    """Two pages: who, where, how much; then purpose, context, results, next steps, challenges."""
    code = f" {facts['code']}" if facts["code"] else ""
    paper = sheet(
        f"Fiche de projet{code}",
        facts,
        [("Appel", facts["call"]), ("Convention", facts["agreement"]), ("Fonds", facts["fund"])],
        facts["amount_minor"],
    )
    total = facts["amount_minor"] + facts["own_cash_minor"] + facts["own_kind_minor"]
    paper.facts(
        [
            ("Intitulé", facts["title"]),
            ("Bénéficiaire", f"{facts['group']} ({facts['legal_form']})"),
            ("Lieu", facts["place"]),
            ("Bailleur", facts["donor"]),
            ("Subvention", amount(facts["amount_minor"])),
            (
                "Apport",
                f"{amount(facts['own_cash_minor'])} en numéraire, {amount(facts['own_kind_minor'])} en nature",
            ),
            ("Coût total", amount(total)),
            ("Dates", f"du {long_day(facts['starts_on'])} au {long_day(facts['ends_on'])}"),
        ]
    )
    if facts["objectives"]:
        paper.table(
            (
                Column("Cadre", 28),
                Column("Code", 20),
                Column("Objectif servi"),
                Column("Part", 16, align="right"),
            ),
            [[o["framework"], o["code"], o["title"], f"{o['weight']}\u00a0%"] for o in facts["objectives"]],
            numbered=False,
        )
    _money(paper, facts)
    for title, text in (
        ("Objectifs", facts["purpose"]),
        ("Contexte", facts["context"]),
        ("Résultats attendus", facts["expected"]),
    ):
        paper.heading(title)
        paper.para(text or "—", align="left")
    _results(paper, facts)
    paper.para(f"Situation au {long_day(facts['on'])}.", small=True, align="right")
    paper.signatures(
        [
            Signatory("Chargé(e) de subventions", "", label="Établi par"),
            Signatory("Chef(fe) de programme", "", label="Vu et validé"),
        ],
        done=False,
    )
    return paper.render()


def narrative_pdf(facts: dict[str, Any]) -> bytes:
    """Rapport d'exécution: what was planned and done, who was reached, difficulties, next steps; the bureau signs, the officer answers."""
    paper = sheet(
        "Rapport d'exécution",
        facts,
        [("Appel", facts["call"]), ("Convention", facts["agreement"]), ("Fonds", facts["fund"])],
        None,
    )
    paper.facts(
        [
            ("Micro-projet", facts["title"]),
            ("Bénéficiaire", f"{facts['group']} ({facts['legal_form']})"),
            ("Lieu", facts["place"]),
            ("Période", f"du {long_day(facts['starts_on'])} au {long_day(facts['on'])}"),
        ]
    )
    paper.heading("1. Activités : prévu et réalisé")
    paper.table(
        (
            Column("Activité", weight=3),
            Column("Prévue pour le", 28, kind="date"),
            Column("Réalisée le", 26, kind="date"),
            Column("Observations", weight=1.4, kind="blank"),
        ),
        [
            [a["label"], day(a["due_on"]), day(a["done_on"]) or "non réalisée", None]
            for a in facts["activities"]
        ],
    )
    paper.heading("2. Personnes touchées")
    rows = facts["reached"].get("rows", []) if facts["reached"] else []
    if rows:
        _people(paper, rows)
    else:
        paper.para("Aucun décompte n'a été validé à ce jour.", align="left")
    paper.heading("3. Résultats au regard de ce qui était attendu")
    paper.para(f"Attendu : {facts['expected'] or '—'}", align="left")
    paper.bullets(
        [f"Visite du {long_day(f['on'])} : {f['findings']}" for f in facts["findings"]]
        or ["Aucune visite validée."]
    )
    paper.heading("4. Difficultés, changements demandés")
    paper.bullets(
        [f"{r['question']} Mesure : {r['measure']}" for r in facts["risks"]] or ["Rien de signalé."]
    )
    paper.boxed("À compléter par le bénéficiaire : " + "." * 260)
    paper.heading("5. Prochaines étapes")
    _next(paper, facts)
    if facts["photos"]:
        paper.heading("6. Photographies au dossier")
        paper.bullets(facts["photos"], numbered=True)
    bureau = facts["bureau"]
    paper.signatures(
        [
            Signatory(
                OFFICES[(office, bureau.get(office, {}).get("sex", ""))].capitalize(),
                bureau.get(office, {}).get("name", ""),
            )
            for office in ("president", "secretary")
        ]
    )
    paper.boxed(
        "Réservé à l'Autorité — Accepté / retourné le ………………… Motif : "
        + "." * 90
        + " Nom et signature : "
        + "." * 40
    )
    return paper.render()


def _people(paper: Paper, rows: list[Facts]) -> None:
    paper.table(
        (
            Column("Personnes touchées"),
            Column("Femmes", kind="number"),
            Column("Hommes", kind="number"),
            Column("Total", kind="number"),
        ),
        [[row["label"], row["women"], row["men"], row["women"] + row["men"]] for row in rows],
        numbered=False,
    )


def _next(paper: Paper, facts: Facts) -> None:
    left = [a for a in facts["activities"] if not a["done_on"]]
    points = [f["action_points"] for f in facts["findings"] if f["action_points"]]
    paper.bullets(
        [*(f"{a['label']}{' (' + long_day(a['due_on']) + ')' if a['due_on'] else ''}" for a in left), *points]
        or ["Aucune."]
    )


def _money(paper: Paper, facts: Facts) -> None:
    rows = [
        [
            f"T{t['number']}",
            t["amount_minor"],
            t["paid_minor"],
            day(t["paid_on"]),
            t["justified_minor"],
            percent(t["justified_minor"], t["paid_minor"]),
        ]
        for t in facts["tranches"]
    ]
    sums = {
        name: sum(t[name] for t in facts["tranches"])
        for name in ("amount_minor", "paid_minor", "justified_minor")
    }
    paper.table(
        (
            Column("Tranche", 18),
            Column("Montant", kind="amount"),
            Column("Payé", kind="amount"),
            Column("Le", 24, kind="date"),
            Column("Justifié", kind="amount"),
            Column("Taux", 20, align="right"),
        ),
        rows,
        unit="francs CFA",
        numbered=False,
        total=[
            "Total",
            sums["amount_minor"],
            sums["paid_minor"],
            None,
            sums["justified_minor"],
            percent(sums["justified_minor"], sums["paid_minor"]),
        ],
    )


def _results(paper: Paper, facts: Facts) -> None:
    paper.heading("Résultats atteints à ce jour")
    done = [a for a in facts["activities"] if a["done_on"]]
    paper.bullets(
        [f"{a['label']} (le {long_day(a['done_on'])})" for a in done] or ["Aucune activité achevée."]
    )
    reached = facts["reached"]
    if reached:
        _people(paper, reached.get("rows", []))
    if facts["photos"]:
        paper.para(f"Photographies au dossier : {', '.join(facts['photos'])}.", small=True, align="left")
    paper.heading("Prochaines étapes")
    _next(paper, facts)
    paper.heading("Défis et opportunités")
    paper.bullets(
        [
            *(f"{r['question']} Mesure : {r['measure']}" for r in facts["risks"]),
            *(f"Visite du {long_day(f['on'])} : {f['findings']}" for f in facts["findings"]),
        ]
        or ["Rien de signalé."]
    )
