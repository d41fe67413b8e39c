"""The annexes of the minutes, landscape: presence, ranking against the envelope, files not ranked. Legible with three hundred files."""

from __future__ import annotations

from typing import Any

from portfolio.committees.pdf.frame import PROPOSALS, spread, tenths
from portfolio.committees.pdf.presence import presence_table
from portfolio.kit.pdf import Column, Paper, amount

Facts = dict[str, Any]


def annexes(made: Paper, facts: Facts) -> None:
    """The annexes, on turned pages."""
    made.landscape_section()
    made.heading("Annexe 1 — Liste de présence")
    presence_table(made, facts["people"], row_mm=8)
    made.page_break()
    made.heading("Annexe 2 — Classement et propositions")
    _ranking(made, facts)
    made.heading("Annexe 3 — Dossiers évalués non classés")
    made.table(
        [
            Column("Dossier", 32, kind="code"),
            Column("Demandeur", weight=1.3),
            Column("Commune", weight=0.8),
            Column("Demandé", 26, kind="amount"),
            Column("Note", 14, align="right"),
            Column("Motif", weight=2),
        ],
        [
            (
                u["reference"],
                u["applicant"],
                u["commune"],
                u["requested_minor"],
                tenths(u["score_tenths"]),
                why_text(u["why"]),
            )
            for u in facts["unranked"]
        ],
        unit="F CFA" if facts["unranked"] else None,
    )


def why_text(why: list[Facts]) -> str:
    """Why a file is not ranked: under a floor, with its own mark."""
    parts = []
    for each in why:
        if each["code"] == "criterion_floor":
            parts.append(
                f"{each['label']} : {tenths(each['points_tenths'])} sur {each['weight']}, seuil {each['floor']}"
            )
        else:
            parts.append(f"note totale {tenths(each['points_tenths'])} sur 100, plancher {each['floor']}")
    return " ; ".join(parts)


def _ranking(made: Paper, facts: Facts) -> None:
    rows: list[tuple[Any, ...]] = []
    bold = []
    envelope, crossed = facts["envelope_minor"], False
    for i in facts["items"]:
        if envelope and not crossed and i["rank"] is not None and i["requested_cumulative_minor"] > envelope:
            crossed = True
            bold.append(len(rows))
            rows.append(
                (
                    None,
                    "",
                    f"Limite de l'enveloppe : {amount(envelope, facts['currency'])}",
                    "",
                    None,
                    "",
                    "",
                    None,
                    None,
                    "",
                )
            )
        votes = f"{i['votes_for']} / {i['votes_against']} / {i['abstentions']}" if i["proposal"] else ""
        opinion = PROPOSALS.get(i["proposal"] or "", "non examiné")
        if i["waiting_rank"]:
            opinion += f" n° {i['waiting_rank']}"
        notes = [i["reason"], f"Conditions : {i['conditions']}" if i["conditions"] else ""]
        notes += [f"Dérogation au classement : {i['rank_waiver']}" if i["rank_waiver"] else ""]
        notes += ["Voix prépondérante du président." if i["casting"] else ""]
        rows.append(
            (
                i["rank"],
                i["reference"],
                "\n".join(x for x in (i["applicant"], i["title"]) if x),
                i["commune"],
                i["requested_minor"],
                f"{tenths(i['score_tenths'])} ({spread(i)})" if i["score_tenths"] is not None else "—",
                f"{opinion}\n{votes}",
                i["proposed_minor"] or "—",
                i["cumulative_minor"] if i["proposed_minor"] else "—",
                "\n".join(n for n in notes if n) or "—",
            )
        )
    given = facts["given_minor"] + facts["aside_minor"]
    made.table(
        [
            Column("Rang", 11, kind="number"),
            Column("Dossier", 27, kind="code"),
            Column("Demandeur et objet", weight=2.3),
            Column("Commune", 25),
            Column("Demandé", 21, kind="amount"),
            Column("Note (écart)", 19, align="right"),
            Column("Avis, pour / contre / abst.", 25),
            Column("Proposé", 21, kind="amount"),
            Column("Cumul", 21, kind="amount"),
            Column("Motif, conditions", weight=1.5),
        ],
        rows,
        unit="F CFA",
        numbered=False,
        bold_rows=bold,
        total=[
            None,
            "Totaux",
            "",
            "",
            sum(i["requested_minor"] for i in facts["items"]),
            "",
            "",
            given,
            None,
            "",
        ],
    )
