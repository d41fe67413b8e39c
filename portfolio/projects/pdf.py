"""The fiche de visite and the fiche de projet (document 19), drawn from facts alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portfolio.agreements.pdf.parts import OFFICES, Facts, day, long_day, sheet
from portfolio.kit.pdf import Column, Paper, Signatory, amount, percent

Pictures = Mapping[str, bytes]
"""Photographs ready for paper, by the fingerprint of the file they were made from."""
NONE: Pictures = {}


def photo_annex(paper: Paper, facts: Facts, pictures: Pictures, title: str) -> None:
    """The photographs themselves, numbered and dated; those that cannot be drawn are named."""
    if not facts.get("photos"):
        return
    paper.heading(title)
    drawn, named = [], []
    for number, each in enumerate(facts["photos"], 1):
        words = f"Photo {number}{', le ' + long_day(each['on']) if each['on'] else ''} — {each['name']}"
        if each["sha256"] in pictures:
            drawn.append((pictures[each["sha256"]], words))
        else:
            named.append(words)
    paper.photos(drawn)
    if named:
        paper.bullets(named)


def _who(who: Facts, function: str, label: str) -> Signatory:
    return Signatory(
        who["function"] or function,
        who["name"],
        act=who.get("act", ""),
        on=day(who["on"] or None),
        label=label,
    )


def _answered(paper: Paper, answer: Facts) -> None:
    """Accepted or returned, from the record; a place to write while nothing was decided."""
    if not answer or answer["state"] == "waiting":
        handed = f"Rapport remis le {long_day(answer['handed_on'])}. " if answer else ""
        paper.boxed(
            f"Réservé à l'Autorité — {handed}Accepté / retourné le ………………… Motif : "
            + "." * 90
            + " Nom et signature : "
            + "." * 40
        )
        return
    about = f" (période du {answer['period']})" if answer["period"] else ""
    verdict = "ACCEPTÉ" if answer["state"] == "accepted" else "RETOURNÉ"
    why = f" Motif : {answer['reason']}" if answer["reason"] else ""
    act = f", {answer['act']}" if answer["act"] else ""
    paper.boxed(
        f"Réservé à l'Autorité — Rapport remis le {long_day(answer['handed_on'])}{about} : {verdict} le {long_day(answer['on'])} "
        f"par {answer['name']}, {answer['function']}{act}.{why}"
    )


def visit_pdf(facts: dict[str, Any], pictures: Pictures = NONE) -> bytes:
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
    for title, told in (
        ("Ce qui était prévu", facts["planned_work"]),
        ("Ce qui a été trouvé", facts["findings"]),
        ("Personnes rencontrées", facts["people_met"]),
        ("Risques relevés", facts["risks"]),
    ):
        paper.heading(title)
        paper.para(told or "Non renseigné.", align="left")
    paper.heading("Points d'action")
    paper.para(facts["action_points"] or "Aucun.", align="left")
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
    photo_annex(paper, facts, pictures, "Annexe — Photographies")  # after: who signs signs under the text
    return paper.render()


def project_pdf(facts: dict[str, Any], pictures: Pictures = NONE) -> bytes:
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
            ("Carte", "aucune coordonnée relevée : le lieu est désigné par ses unités administratives"),
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
    photo_annex(paper, facts, pictures, "Photographies")
    paper.para(f"Situation au {long_day(facts['on'])}.", small=True, align="right")
    paper.signatures(
        [
            _who(facts["preparer"], "Chargé(e) de subventions", "Établi par"),
            Signatory(
                facts["checker"].get("function") or "Chef(fe) de programme",
                facts["checker"].get("name", ""),
                act=facts["checker"].get("act", ""),
                label="Vu et validé",
            ),
        ],
        done=False,
    )
    return paper.render()


def narrative_pdf(facts: dict[str, Any], pictures: Pictures = NONE) -> bytes:
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
            ("Période", "du {} au {}".format(*map(long_day, facts["period"]))),
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
    _indicators(paper, facts)
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
    photo_annex(paper, facts, pictures, "6. Photographies")
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
    _answered(paper, facts["answer"])
    return paper.render()


def _indicators(paper: Paper, facts: Facts) -> None:
    """Each result counted: target, reached, gap, the day, what shows it and why it differs."""
    rows = facts.get("indicators") or []
    if not rows:
        paper.para("Aucun indicateur n'est fixé pour ce micro-projet.", align="left")
        return
    paper.table(
        (
            Column("Indicateur", weight=2),
            Column("Unité", 18),
            Column("Cible", 16, kind="number"),
            Column("Atteint", 16, kind="number"),
            Column("Écart", 16, kind="number"),
            Column("Constaté le", 21, kind="date"),
            Column("Source ; explication de l'écart", weight=2),
        ),
        [
            [
                r["label"],
                r["unit"] or "—",
                r["target"],
                r["reached"],
                r["gap"],
                day(r["on"]),
                " ; ".join(filter(None, (r["source"], r["note"]))) or "non constaté",
            ]
            for r in rows
        ],
    )


def _people(paper: Paper, rows: list[Facts]) -> None:
    paper.table(
        (
            Column("Personnes touchées"),
            Column("Femmes", kind="number"),
            Column("Hommes", kind="number"),
            Column("Total", kind="number"),
            Column("dont PDI", 22, kind="number"),
            Column("Tranches d'âge", weight=1.6),
        ),
        [
            [
                row["label"],
                row["women"],
                row["men"],
                row["women"] + row["men"],
                row.get("displaced", 0),
                " · ".join(f"{words} : {n}" for words, n in row.get("bands", [])) or "—",
            ]
            for row in rows
        ],
        numbered=False,
    )
    paper.para(
        "PDI : personnes déplacées internes. Les trois manières de compter ne s'additionnent pas.", small=True
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
