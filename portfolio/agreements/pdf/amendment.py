"""The avenant: the article changed, old and new text, budget or schedule before and after, both summing, the reason, the signatures."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.articles import articles
from portfolio.agreements.pdf.parts import (
    ACCOUNTS,
    BUDGET,
    FINANCED,
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
from portfolio.kit.grammar import the
from portfolio.kit.pdf import Paper, amount
from portfolio.kit.words import amount_in_words


def amendment_pdf(facts: dict[str, Any]) -> bytes:
    """One avenant."""
    paper = sheet(
        f"Avenant n° {facts['number']} à la convention de subvention",
        {**facts, "draft": facts["status"] != "signed" or bool(facts.get("draft"))},
        [("Convention", facts["agreement"]), *references(facts)],
        facts["amount_minor"],
        paraphe=True,
    )
    earlier = (
        ", modifiée par l'avenant n° " + ", n° ".join(str(n) for n in facts["earlier"])
        if facts["earlier"]
        else ""
    )
    paper.opening(
        f"Entre l'Autorité et {the(facts['group_name'])}, vu la convention n° {facts['agreement']} du "
        f"{long_day(facts['signed_on'])}{earlier}, portant sur une subvention de {amount_in_words(facts['amount_minor'])} "
        f"({amount(facts['amount_minor'])}), il a été convenu ce qui suit :"
    )
    for number, title, paragraphs, table in articles(facts):
        paper.article(number, title, paragraphs)
        if table:
            _change(paper, facts)
    paper.signatures([beneficiary(facts), authority(facts)])
    signed_copy(paper, facts["group_signature"])
    copies_to(paper, facts)
    return paper.render()


def _change(paper: Paper, facts: Facts) -> None:
    before, after = facts["changes"]["before"], facts["changes"]["after"]
    match facts["kind"]:
        case "extension":
            paper.facts(
                [
                    ("Ancien texte", f"Fin des activités le {long_day(before['ends_on'])}"),
                    ("Nouveau texte", f"Fin des activités le {long_day(after['ends_on'])}"),
                ]
            )
        case "virement" | "virement_within":
            for title, side, other in (
                ("Budget avant", before, after),
                ("Budget après (en gras, ce qui change)", after, before),
            ):
                paper.para(title, bold=True, align="left")
                rows, kept = budget_rows(side["lines"]), budget_rows(other["lines"])
                paper.table(
                    BUDGET,
                    rows,
                    unit="francs CFA",
                    carry=4,
                    total=budget_total(side["lines"]),
                    bold_rows=[n for n, row in enumerate(rows) if row not in kept] if side is after else (),
                )
                granted = sum(line["amount_minor"] for line in side["lines"] if line["source"] == "S")
                paper.para(
                    f"Lignes financées par la subvention : {amount(granted)}. {FINANCED}",
                    small=True,
                    align="right",
                )
        case "schedule":
            for title, side in (("Échéancier avant", before), ("Échéancier après", after)):
                paper.para(title, bold=True, align="left")
                rows = side["tranches"]
                paper.table(
                    SCHEDULE,
                    [
                        [*row[:4], f"{row[4]} (déjà demandée ou payée)" if t["fixed"] else row[4]]
                        for t, row in zip(rows, schedule_rows(rows), strict=True)
                    ],
                    unit="francs CFA",
                    numbered=False,
                    total=["Total", sum(t["amount_minor"] for t in rows), None, None, None],
                )
        case "signatory":
            paper.facts(
                [
                    (
                        "Ancien signataire",
                        ", ".join(p for p in (before["signatory_name"], before["signatory_function"]) if p),
                    ),
                    ("Nouveau signataire", f"{after['signatory_name']}, {after['signatory_function']}"),
                    *(
                        [
                            ("Ancien compte", _account(facts, before["account_id"])),
                            ("Nouveau compte", _account(facts, after["account_id"])),
                        ]
                        if before["account_id"] != after["account_id"]
                        else [("Compte", f"inchangé : {_account(facts, after['account_id'])}")]
                    ),
                ]
            )
        case "results":
            paper.facts([("Ancien texte", before["results"] or "—"), ("Nouveau texte", after["results"])])
        case "suspension":
            until = long_day(after["until_on"]) if after["until_on"] else "la reprise constatée par écrit"
            paper.facts([("Suspension", f"à compter de la signature, jusqu'à {until}")])
        case "termination":
            done = after["settlement"]
            paper.facts(
                [
                    ("Ancienne fin", f"le {long_day(before['ends_on'])}"),
                    ("Nouvelle fin", "le jour de la signature du présent avenant"),
                    ("Engagé", amount(done["committed_minor"])),
                    ("Payé", amount(done["paid_minor"])),
                    ("Dégagé", amount(done["released_minor"])),
                    ("Avance restant à justifier ou à reverser", amount(done["open_minor"])),
                ]
            )
        case _:
            paper.para(str(after["text"]))


def _account(facts: Facts, number: int | None) -> str:
    account = facts["accounts"].get(str(number)) if number else None
    if not account:
        return ""
    return f"{ACCOUNTS[account['kind']]}, {account['provider']}, {account['holder']}, {account['number']}"
