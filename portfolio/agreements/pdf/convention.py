"""Document 9: the convention de subvention, twenty-two articles and its annexes. No clause is typed by hand."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.articles import articles
from portfolio.agreements.pdf.parts import (
    BUDGET,
    OFFICES,
    SCHEDULE,
    Facts,
    authority,
    beneficiary,
    budget_rows,
    budget_total,
    copies_to,
    long_day,
    references,
    schedule_rows,
    sheet,
    signed_copy,
)
from portfolio.kit.grammar import feminine, of, the
from portfolio.kit.pdf import Column, Paper, amount
from portfolio.kit.words import amount_in_words

UNSIGNED = ("draft", "ready")


def agreement_pdf(facts: dict[str, Any]) -> bytes:
    """The convention; across each page « PROJET » until its text is settled (F11)."""
    draft = facts["status"] in UNSIGNED or bool(facts.get("draft"))
    label = None
    if facts["status"] in ("sent", "signed_by_group"):
        label = "EXEMPLAIRE À SIGNER"
    paper = sheet(
        "Convention de subvention",
        {**facts, "draft": draft},
        references(facts),
        facts["amount_minor"],
        paraphe=True,
        copy_label=label,
    )
    _parties(paper, facts)
    for number, title, paragraphs, table in articles(facts):
        paper.article(number, title, paragraphs)
        if table == "financement":
            _own_table(paper, facts)
        if table == "échéancier":
            paper.table(
                SCHEDULE,
                schedule_rows(facts["tranches"]),
                unit="francs CFA",
                numbered=False,
                total=["Total", sum(t["amount_minor"] for t in facts["tranches"]), None, None, None],
            )
    _signatures(paper, facts)
    _annexes(paper, facts)
    return paper.render()


def _parties(paper: Paper, facts: Facts) -> None:
    group, head = facts["group"], facts["letterhead"]
    signed = facts["authority_signature"]
    name = ", ".join(head["lines"])
    represented = f"{signed['name']}, {signed['function']}" if signed["name"] else the(facts["head"])
    acting = f", {signed['capacity']}" if signed["capacity"] else ""
    paper.para("Entre", bold=True, align="left")
    paper.para(
        f"{name}, représentée par {represented}{acting}, agissant en qualité d'ordonnateur, ci-après « l'Autorité »,"
    )
    paper.para("et", bold=True, align="left")
    registration = f", {group['registration']}" if group["registration"] else ""
    agreed = "représentée" if feminine(group["name"]) else "représenté"
    said = the(group["name"])
    paper.para(
        f"{said[:1].upper()}{said[1:]} ({group['legal_form']}{registration}), {facts['place']}"
        f"{', ' + group['village'] if group['village'] else ''}, "
        f"comptant {group['women'] + group['men']} membres dont {group['women']} femmes, {agreed} par "
        f"{_officers(facts) or '………………………………………'}, ci-après « le bénéficiaire »,"
    )
    decision, commitment = facts["decision"], facts["commitment"]
    visa = "visé" if commitment["visaed"] else "pris"
    minutes = facts["minutes"]
    pv = f" n° {minutes['reference']}" if minutes and minutes["reference"] else ""
    pv_on = f" du {long_day(minutes['on'])}" if minutes and minutes["on"] else ""
    paper.bullets(
        [
            *(text if text.rstrip().endswith(";") else f"{text.rstrip(' .,')} ;" for text in facts["texts"]),
            f"Vu l'appel à propositions {facts['call']} — {facts['call_title']} ;",
            f"Vu le dossier {facts['application']} déposé par le bénéficiaire ;",
            f"Vu le procès-verbal{pv} du comité de sélection{pv_on}, qui l'a proposé ;",
            f"Vu l'engagement comptable n° {commitment['reference']}, {visa} le {long_day(commitment['on'])} ;",
            f"Vu la décision portant attribution de subventions n° {decision['reference']} du {long_day(decision['on'])} ;",
        ]
    )
    paper.para("il a été convenu ce qui suit :", align="left")


def _officers(facts: Facts) -> str:
    """Who signs for the group: name, function, identity paper, act (F5)."""
    signatory = facts["group_signature"]
    signing = [o for o in facts["officers"] if o["signs"]]
    chosen = next((o for o in signing if o["office"] == "president"), signing[0] if signing else None)
    if signatory["name"]:
        chosen = next((o for o in facts["officers"] if o["name"] == signatory["name"]), None)
        if chosen is None:
            return ", ".join(x for x in (signatory["name"], signatory["function"]) if x)
    if chosen is None:
        return ""
    number = chosen["id_number"].removeprefix(chosen["id_kind"]).strip()
    paper = f", {chosen['id_kind']} n° {number}" if number else ""
    act = f", agissant en vertu {of(chosen['act'])}" if chosen["act"] else ""
    return f"{chosen['name']}, {OFFICES[(chosen['office'], chosen['sex'])]}{paper}{act}"


def _own_table(paper: Paper, facts: Facts) -> None:
    total = facts["amount_minor"] + facts["own_cash_minor"] + facts["own_kind_minor"]
    paper.table(
        (Column("Financement"), Column("Montant", 34, kind="amount"), Column("Part", 22, align="right")),
        [
            ["Subvention de l'Autorité (S)", facts["amount_minor"], _share(facts["amount_minor"], total)],
            ["Apport en numéraire (N)", facts["own_cash_minor"], _share(facts["own_cash_minor"], total)],
            [
                "Apport en nature, valorisé (V)",
                facts["own_kind_minor"],
                _share(facts["own_kind_minor"], total),
            ],
        ],
        unit="francs CFA",
        numbered=False,
        total=["Coût total du micro-projet", total, _share(total, total)],
    )


def _share(part: int, whole: int) -> str:
    tenths = (part * 2000 + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10},{tenths % 10}\u00a0%"


def _signatures(paper: Paper, facts: Facts) -> None:
    signed = facts["group_signature"]
    paper.para(
        "Chaque partie fait précéder sa signature de la mention manuscrite « lu et approuvé » et paraphe chaque page.",
        small=True,
    )
    paper.signatures([beneficiary(facts), authority(facts)])
    signed_copy(paper, signed)
    copies_to(paper, facts)


def _annexes(paper: Paper, facts: Facts) -> None:
    paper.page_break()
    paper.heading("Annexe 1 — Description du micro-projet")
    paper.facts(
        [
            ("Intitulé", facts["title"]),
            ("Bénéficiaire", facts["group"]["name"]),
            ("Lieu", facts["place"]),
            ("Durée", f"du {long_day(facts['starts_on'])} au {long_day(facts['ends_on'])}"),
            ("Subvention", f"{amount(facts['amount_minor'])} ({amount_in_words(facts['amount_minor'])})"),
        ]
    )
    for title, text in facts["description"]:
        paper.para(title, bold=True, align="left")
        paper.para(text)
    if facts["award_conditions"]:
        paper.para(f"Conditions posées par la décision : {facts['award_conditions']}")
    paper.heading("Annexe 2 — Budget")
    paper.table(
        BUDGET,
        budget_rows(facts["lines"]),
        unit="francs CFA",
        carry=4,
        total=budget_total(facts["lines"]),
    )
    paper.para("S : subvention · N : apport en numéraire · V : apport en nature, valorisé.", small=True)
    paper.heading("Annexe 3 — Calendrier des décaissements")
    paper.table(
        SCHEDULE,
        schedule_rows(facts["tranches"]),
        unit="francs CFA",
        numbered=False,
        total=["Total", sum(t["amount_minor"] for t in facts["tranches"]), None, None, None],
    )
    paper.heading("Annexe 4 — Objectifs servis")
    if facts["objectives"]:
        paper.table(
            (
                Column("Cadre", 28),
                Column("Code", 20),
                Column("Objectif"),
                Column("Part", 16, align="right"),
            ),
            [[o["framework"], o["code"], o["title"], f"{o['weight']}\u00a0%"] for o in facts["objectives"]],
            numbered=False,
        )
    else:
        paper.para("Aucun objectif n'a été rattaché à ce dossier.")
    paper.heading("Annexe 5 — Formulaires")
    paper.para(
        "Le bordereau ci-dessous accompagne chaque rapport financier ; les numéros portés dans la première colonne sont ceux "
        "écrits sur les pièces."
    )
    paper.table(
        (
            Column("Date", 20, kind="blank"),
            Column("Fournisseur", kind="blank"),
            Column("Nature de la pièce", 30, kind="blank"),
            Column("N°", 18, kind="blank"),
            Column("Ligne", 22, kind="blank"),
            Column("Montant", 26, kind="blank"),
        ),
        [[None] * 6 for _row in range(6)],
        unit="francs CFA",
        row_mm=8,
    )
