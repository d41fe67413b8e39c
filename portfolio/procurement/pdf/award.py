"""Document 13: analysis and provisional award, its comparison on turned pages with the bidders as columns; and the choice of a group's
comité d'achat, which has no public procedure."""

from __future__ import annotations

from typing import Any

from portfolio.kit.grammar import at, counted, feminine, of, the
from portfolio.kit.pdf import Column, Paper, amount, figures
from portfolio.kit.words import amount_in_words, hour_short
from portfolio.procurement.pdf.words import (
    ASIDE,
    FUNCTION,
    MARK,
    METHOD,
    PAPERS,
    PROPOSAL,
    SEATED,
    moment,
    paper,
    rank_text,
    short_day,
    short_moment,
    solemn,
)

ABREAST = 5
"""Bidders on one comparison table; more go on to a second one."""
END = (
    "L'ordre du jour étant épuisé et plus personne ne demandant la parole, la séance a été levée{at}. En foi de quoi le présent "
    "procès-verbal a été dressé pour servir et valoir ce que de droit."
)


def award_pdf(facts: dict[str, Any]) -> bytes:
    """Examination, arithmetic, low bids, ranking, votes and proposal; or « infructueux » with its reason."""
    about, bids, session = facts["procedure"], facts["bids"], facts["session"]
    opened = [b for b in bids if b["read_minor"] is not None]
    retained = next((b for b in bids if b["id"] == facts["retained_id"]), None)
    made = paper(
        facts,
        "PROCÈS-VERBAL D'ANALYSE ET D'ATTRIBUTION PROVISOIRE",
        amount_minor=about["awarded_minor"],
        paraphe=True,
    )
    _opening(made, facts)
    made.heading("1. Rappel de la procédure")
    made.facts(
        [
            ("Objet", about["object"]),
            ("Méthode", f"{METHOD.get(about['method'], about['method'])} — {about['source']}"),
            ("Estimation", amount(about["estimate_minor"], about["currency"])),
            (
                "Plis ouverts le",
                f"{short_moment(facts['opened_at'])} TU : {len(opened)} sur {len(bids)} candidats sollicités",
            ),
            ("Analyse achevée le", short_moment(facts["compared_at"])),
        ]
    )
    made.heading("2. Examen préliminaire")
    names = [name for name in PAPERS if any(name in b["papers"] for b in opened)]
    made.table(
        [Column("Soumissionnaire", weight=2.0), *(Column(_cap(PAPERS[n]), align="center") for n in names)],
        [[b["name"], *("oui" if n in b["papers"] else "non" for n in names)] for b in opened],
    )
    missing = [words for name, words in PAPERS.items() if name not in names]
    if missing:
        made.para(f"Produit par aucun soumissionnaire : {', '.join(missing)}.", small=True, align="left")
    made.heading("3. Conformité et vérification arithmétique")
    made.table(
        [
            Column("Soumissionnaire", weight=1.6),
            Column("Prix lu", 21, kind="amount"),
            Column("Prix corrigé", 21, kind="amount"),
            Column("Correction", weight=1.3),
            Column("Délai (jours)", 14, kind="number"),
            Column("Conforme", 17, align="center"),
            Column("Motif", weight=1.8),
        ],
        [
            [
                b["name"],
                b["read_minor"],
                b["corrected_minor"],
                b["correction"] or "aucune",
                b["delivery_days"],
                "—" if b["conforming"] is None else "oui" if b["conforming"] else "non",
                _aside(b),
            ]
            for b in opened
        ],
        unit="F CFA",
    )
    made.heading("4. Offres anormalement basses")
    low = [b for b in opened if b["low"] or b["question"]]
    if not low:
        said = f"Aucune offre n'est inférieure de plus de {about['low_percent']} % à l'estimation."
        made.para(said if about["low_percent"] else "Sans objet.")
    for bid in low:
        made.para(f"{bid['name']} : {amount(bid['corrected_minor'], about['currency'])}.", bold=True)
        made.para(
            f"Question posée le {short_day(bid['question_on'])}, réponse attendue le {short_day(bid['answer_by'])} : {bid['question']}"
        )
        made.para(
            f"Réponse du {short_day(bid['answer_on'])} : {bid['answer']}"
            if bid["answer"]
            else "La question est restée sans réponse."
        )
    made.heading("5. Classement")
    ranked = sorted((b for b in opened if b["rank"]), key=lambda b: b["rank"])
    if ranked:
        made.table(
            [
                Column("Rang", 14, align="center"),
                Column("Soumissionnaire", weight=2),
                Column("Prix corrigé", 30, kind="amount"),
                Column("Écart au premier", 30, kind="amount"),
            ],
            [
                [
                    rank_text(b["rank"]),
                    b["name"],
                    b["corrected_minor"],
                    b["corrected_minor"] - ranked[0]["corrected_minor"],
                ]
                for b in ranked
            ],
            unit="F CFA",
            numbered=False,
        )
    else:
        made.para("Aucune offre n'a été classée.")
    made.heading("6. Délibération")
    _deliberation(made, session)
    made.heading("7. Proposition d'attribution" if not facts["fruitless"] else "7. Conclusion")
    if facts["fruitless"] or retained is None:
        made.boxed(f"La procédure est déclarée INFRUCTUEUSE. Motif : {about['note'] or 'non précisé'}")
    else:
        made.arrete(
            f"Attribution provisoire à {retained['name']}, pour la somme de : {amount_in_words(about['awarded_minor'], about['currency'])} "
            f"({amount(about['awarded_minor'], about['currency'])})."
        )
        if about["note"]:
            made.para(about["note"])
        if about["appeal_days"]:
            made.para(
                f"Délai de recours : {about['appeal_days']} jours à compter de la décision du {short_day(about['decided_at'])} ; "
                "aucun bon de commande "
                "n'est signé avant son terme."
            )
    closed = moment(session["closed_at"]) if session else None
    made.para(END.format(at=f" à {hour_short(closed)}" if closed else ""))
    people = (
        [(p["name"], SEATED.get(p["function"], p["function"])) for p in session["people"] if p["came"]]
        if session
        else [(p["name"], p["function"]) for p in facts["examiners"]]
    )
    made.roll_call(people)
    made.landscape_section()
    made.heading(f"Annexe. Comparaison des offres — {about['reference']}")
    _comparison(made, facts, opened)
    return made.render()


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def _aside(bid: dict[str, Any]) -> str:
    if bid["conforming"] is not False:
        return "—"
    kind, reason = ASIDE.get(bid["set_aside_kind"], ""), bid["set_aside_reason"]
    if not kind or reason.lower().startswith(kind):
        return _cap(reason)
    return f"{_cap(kind)} : {reason}"


def _opening(made: Paper, facts: dict[str, Any]) -> None:
    session, about = facts["session"], facts["procedure"]
    if session is None:
        made.opening(
            f"{solemn(about['decided_at'] or facts['compared_at'] or facts['opened_at'])}, la procédure ci-dessous a été conclue."
        )
        return
    chair = next((p["name"] for p in session["people"] if p["came"] and p["function"] == "president"), None)
    chair = chair or next(
        (p["name"] for p in session["people"] if p["came"] and p["function"] == "vice_president"), ""
    )
    room = f", dans {the(session['room'])}" if session["room"] else ""
    made_by = (
        f", {'créée' if feminine(session['committee']) else 'créé'} par {the(session['act'])}"
        if session["act"]
        else ""
    )
    under = f", sous la présidence {of(chair)}" if chair else ""
    made.opening(
        f"{solemn(session['opened_at'] or session['scheduled_at'])}, s'est tenue {at(session['place'])}{room}, la séance "
        f"{of(session['committee'])}{made_by}{under}, à l'effet d'analyser les offres reçues "
        f"pour : {about['object']}. Le procès-verbal de la séance porte le N° {session['reference'] or '—'}."
    )


def _deliberation(made: Paper, session: dict[str, Any] | None) -> None:
    if session is None:
        made.para("La commission n'a pas eu à délibérer.")
        return
    reached = "atteint" if session["voices"] >= session["quorum"] else "non atteint"
    votes = session["votes"]
    made.facts(
        [
            (
                "Quorum",
                f"{session['voices']} voix délibératives présentes pour ce dossier, {session['quorum']} requises : {reached}",
            ),
            (
                "Votes",
                f"{votes[0]} pour, {votes[1]} contre, {counted(votes[2], 'abstention', 'abstentions')}"
                + (" ; voix prépondérante" if session["casting"] else ""),
            ),
            ("Avis", PROPOSAL.get(session["proposal"] or "", "—")),
        ]
    )
    if session["reason"]:
        made.para(session["reason"])
    if session["dissent"]:
        made.para(f"Opinion divergente consignée : {session['dissent']}")
    made.para(
        "Chaque membre présent a déclaré par écrit, avant l'accès au dossier, n'avoir aucun lien avec le bénéficiaire ni avec un soumissionnaire"
        + (", à l'exception de :" if session["links"] else ".")
    )
    if session["links"]:
        made.bullets(
            [
                f"{p['name']} : {p['reason'] or 'lien déclaré'} ; sorti(e) le {short_moment(p['out_at'])}, revenu(e) le {short_moment(p['in_at'])}"
                if p["out_at"]
                else f"{p['name']} : lien déclaré, absent(e) de la salle pour ce dossier"
                for p in session["links"]
            ]
        )


def _comparison(made: Paper, facts: dict[str, Any], bids: list[dict[str, Any]]) -> None:
    """Bidders as columns, lines as rows, the estimate beside; amounts only where unit prices are known."""
    lines = facts["lines"]
    for start in range(0, len(bids), ABREAST):
        some = bids[start : start + ABREAST]
        columns = [
            Column("Désignation", weight=2.2),
            Column("Unité", 16),
            Column("Qté", 12, kind="number"),
            Column("P.U. estimé", 23, kind="amount"),
        ]
        for bid in some:
            columns += [
                Column(f"{bid['name']} — P.U.", weight=1.1, kind="number"),
                Column("Montant", weight=1.15, kind="number"),
            ]
        rows: list[list[Any]] = []
        for line in lines:
            row: list[Any] = [line["label"], line["unit"], line["quantity"], line["estimated_minor"]]
            for bid in some:
                price = line["prices"].get(str(bid["id"]))
                row += [figures(price["unit_minor"]), figures(price["amount_minor"])] if price else ["—", "—"]
            rows.append(row)
        marks = len(rows)
        for label, name in (("Prix lu", "read_minor"), ("Prix corrigé", "corrected_minor")):
            total: list[Any] = [
                label,
                "",
                None,
                facts["procedure"]["estimate_minor"] if name == "corrected_minor" else None,
            ]
            for bid in some:
                total += ["", figures(bid[name]) if bid[name] is not None else "—"]
            rows.append(total)
        for label, shown in (
            ("Écart à l'estimation", [_gap(b, facts["procedure"]["estimate_minor"]) for b in some]),
            (
                "Conforme",
                ["oui" if b["conforming"] else "non" if b["conforming"] is False else "—" for b in some],
            ),
            ("Rang", [rank_text(b["rank"]) for b in some]),
        ):
            row = [label, "", None, None]
            for value in shown:
                row += ["", value]
            rows.append(row)
        made.table(columns, rows, unit="F CFA", numbered=False, bold_rows=range(marks, len(rows)))


def _gap(bid: dict[str, Any], estimate: int) -> str:
    tenths = round((bid["corrected_minor"] - estimate) * 1000 / estimate)
    sign = "+" if tenths > 0 else "−" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10},{abs(tenths) % 10}\u00a0%"


def choice_pdf(facts: dict[str, Any]) -> bytes:
    """The decision of a group's comité d'achat: pro formas, choice and reason, signatures and thumbprints."""
    about = facts["procedure"]
    priced = sorted(
        (b for b in facts["bids"] if b["read_minor"] is not None),
        key=lambda b: (b["read_minor"], b["number"]),
    )
    retained = next(b for b in facts["bids"] if b["id"] == facts["retained_id"])
    made = paper(facts, "DÉCISION DU COMITÉ D'ACHAT", amount_minor=about["awarded_minor"], one_page=True)
    place = f" ({facts['group']['place']})" if facts["group"]["place"] else ""
    made.opening(
        f"{solemn(about['decided_at'])}, le comité d'achat {of(facts['group']['name'])}{place}, bénéficiaire de la convention "
        f"{facts['agreement']['reference']}, s'est réuni pour choisir le fournisseur de : {about['object']}."
    )
    made.heading("Factures pro forma reçues")
    made.table(
        [
            Column("Fournisseur", weight=2),
            Column("NIF / IFU", 30),
            Column("Reçue le", 24),
            Column("Délai (jours)", 20, kind="number"),
            Column("Montant", 30, kind="amount"),
            Column("Rang", 14, align="center"),
        ],
        [
            [
                b["name"],
                b["tax_number"] or "—",
                short_day(b["received_at"]),
                b["delivery_days"],
                b["read_minor"],
                rank_text(b["rank"]),
            ]
            for b in priced
        ],
        unit="F CFA",
    )
    made.arrete(
        f"Le comité d'achat retient {retained['name']}, pour la somme de : {amount_in_words(about['awarded_minor'], about['currency'])} "
        f"({amount(about['awarded_minor'], about['currency'])})."
    )
    made.para(
        f"Motif du choix : {about['note']}" if about["note"] else "Motif du choix : offre la moins chère."
    )
    made.para(
        "Les membres déclarent n'avoir aucun lien de famille ni d'intérêt avec les fournisseurs consultés. "
        "Lu et traduit aux membres qui ne lisent pas le français."
    )
    made.heading("Ont décidé")
    made.table(
        [
            Column("Nom et prénom", weight=2),
            Column("Qualité", weight=1.4),
            Column("Par", 34),
            Column("Signature ou empreinte", 52, kind="blank"),
        ],
        [
            [p["name"], FUNCTION.get(p["function"], p["function"]), MARK[p["mark"]], None]
            for p in facts["buyers"]
        ],
        row_mm=15,
        whole=True,
    )
    if any(p["mark"] == "thumbprint" for p in facts["buyers"]):
        made.heading("Témoins des empreintes")
        made.roll_call([("", "premier témoin"), ("", "second témoin")])
    return made.render()
