"""« Avis d'appel à propositions » : two pages and the grid, with every mandatory mention; and its corrective notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from portfolio.kit.grammar import hours
from portfolio.kit.pdf import Column, Letterhead, Margins, Paper, Signatory, amount, qr_text
from portfolio.kit.pdf.blocks import Block, Framed, Text, Together
from portfolio.kit.pdf.grid import grid

TIGHT = Margins(left=22, right=18, top=14, bottom=16)


def letterhead(facts: Mapping[str, Any]) -> Letterhead:
    """The letterhead of the facts."""
    head = facts["letterhead"]
    return Letterhead(tuple(head["lines"]), head["service"], head["place"])


def francs(minor: int, currency: str = "XOF") -> str:
    """`45 000 000 F CFA`."""
    return amount(minor, currency)


def _list(items: Sequence[str], last: str = "et") -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def _years(months: int) -> str:
    if months and months % 12 == 0:
        years = months // 12
        return f"{years} an" if years == 1 else f"{years} ans"
    return f"{months} mois"


def who_lines(f: Mapping[str, Any]) -> list[str]:
    """Who may apply: legal forms, members, age, share of the young, files each."""
    lines = [f"Peuvent déposer : {_list(f['who'])}."]
    needs = []
    if f["min_members"] > 1:
        needs.append(f"au moins {f['min_members']} membres")
    if f["min_age_months"]:
        needs.append(f"au moins {_years(f['min_age_months'])} d'existence")
    if f["min_youth_percent"]:
        needs.append(f"au moins {f['min_youth_percent']} % de membres âgés de 15 à 35 ans")
    lines.append(
        f"Le demandeur compte {_list(needs)}."
        if needs
        else "Aucune condition de nombre de membres ni d'ancienneté."
    )
    files = f["max_files"]
    lines.append(
        "Chaque demandeur dépose un seul dossier."
        if files == 1
        else f"Chaque demandeur dépose au plus {files} dossiers."
    )
    return lines


class _Sheet:
    """The text of the notice at one size of letters: the notice holds on two pages, the grid apart, so the size follows the text."""

    def __init__(self, paper: Paper, size: float) -> None:
        self.paper, self.size = paper, size

    def heading(self, text: str) -> None:
        self.paper.add(Text(text, "bold", self.size + 0.5, "left", before=self.size * 0.75, keep=True))

    def para(self, text: str, *, role: Literal["body", "bold"] = "body", small: bool = False) -> None:
        self.paper.add(Text(text, role, self.size - (0.5 if small else 0), before=self.size * 0.3))

    def item(self, number: int, text: str) -> None:
        self.paper.add(Text(text, "body", self.size - 0.3, "left", before=1.2, indent=16, mark=f"{number}."))

    def boxed(self, text: str) -> None:
        box = Framed(text, role="bold")
        box.inner.size, box.pad, box.before = self.size + 0.3, 5.0, self.size * 0.5
        self.paper.add(box)


def _money(sheet: _Sheet, f: Mapping[str, Any]) -> None:
    currency = f["currency"]
    sheet.heading("1. Origine de l'argent, enveloppe et parts réservées")
    sources = _list(
        [
            f"{x['donor']} ({x['fund']}, ligne {x['line']}) pour {francs(x['amount_minor'], currency)}"
            for x in f["funding"]
        ]
    )
    sheet.para(
        f"L'enveloppe est de {francs(f['envelope_minor'], currency)}, exercice {f['exercice']}. Origine : {sources}."
    )
    if f["shares"]:
        kept = _list(
            [
                f"au moins {s['percent']} % ({francs(s['amount_minor'], currency)}) pour les {s['label']}"
                for s in f["shares"]
            ]
        )
        sheet.para(f"Parts réservées : {kept}.")
    own = (
        f"L'apport du demandeur est d'au moins {f['own_percent']} % du coût du micro-projet, en numéraire ou en nature (valorisé)."
        if f["own_percent"]
        else "Aucun apport n'est demandé."
    )
    if f["cash_exempt"]:
        own += " Aucune part en numéraire n'est demandée aux personnes déplacées."
    sheet.para(
        f"Une subvention va de {francs(f['floor_minor'], currency)} (plancher) à {francs(f['ceiling_minor'], currency)} "
        f"(plafond). {own} La durée du micro-projet est de {f['max_months']} mois au plus."
    )
    refused = " ; ".join(x[:1].lower() + x[1:].rstrip(". ;") for x in f["refused_expenses"])
    sheet.para(f"Dépenses refusées : {refused}.")
    if f.get("cost_caps"):
        caps = " ; ".join(
            f"{c['category'][:1].lower()}{c['category'][1:]}, {c['percent']} % de la subvention au plus"
            for c in f["cost_caps"]
        )
        sheet.para(f"Plafonds par nature de dépenses : {caps}.")


def _objectives(sheet: _Sheet, f: Mapping[str, Any]) -> None:
    sheet.heading("2. Objectifs servis")
    for each in f["objectives"]:
        items = " ; ".join(f"{i['code']} {i['title'].rstrip('.')} ({i['weight']} %)" for i in each["items"])
        sheet.para(f"{each['framework']} : {items}.", small=True)


def _where_and_who(sheet: _Sheet, f: Mapping[str, Any]) -> None:
    sheet.heading("3. Lieux")
    for each in f["places"]:
        sheet.para(
            f"{each['country']} : {each['text']}. Carte administrative utilisée : {each['map']}.", small=True
        )
    sheet.heading("4. Qui peut déposer, qui ne le peut pas")
    sheet.para(" ".join(who_lines(f)))
    excluded = " ; ".join(x[:1].lower() + x[1:].rstrip(". ;") for x in f["excluded"])
    sheet.para(f"Ne peuvent pas déposer : {excluded}.")


def _filing(sheet: _Sheet, f: Mapping[str, Any]) -> None:
    sheet.heading("5. Dépôt des dossiers")
    copies = "un exemplaire" if f["copies"] == 1 else f"{f['copies']} exemplaires"
    sheet.boxed(f"Date et heure limites de dépôt : {f['deadline']}. Le dossier de candidature est gratuit.")
    sheet.para(
        f"Où et comment : {' ; '.join(x.strip().rstrip(' ;.') for x in f['filing_place'].splitlines() if x.strip())}. "
        f"Horaires d'ouverture : {hours(f['filing_hours'].rstrip('. '))}. Sur papier, en "
        f"{copies}, ou en ligne. Formulaire de demande, édition {f['form_edition']}. Un récépissé est remis à chaque dépôt ; il ne "
        "vaut pas recevabilité."
    )
    sheet.para(
        f"Questions : {f['contact'].rstrip('. ')}, jusqu'au {f['questions_until']}. Les réponses sont publiées pour tous le "
        f"{f['answers_on']} : {f['answers_where'].rstrip('. ')}."
    )
    sheet.heading("6. Pièces à joindre")
    for n, piece in enumerate(f["pieces"], 1):
        bare = "".join(piece["label"].split())
        told = [
            w
            for w in piece["when"].split(" ; ")
            if "".join(w.removeprefix("à partir de").split()) not in bare
        ]
        when = f" ({' ; '.join(told)})" if told and told != ["tous"] else ""
        sheet.item(n, f"{piece['label'].rstrip('. ')}{when}")


def _after(sheet: _Sheet, f: Mapping[str, Any]) -> None:
    sheet.heading("7. Calendrier")
    sheet.paper.facts([(label, when) for label, when in f["calendar"]], columns=2, label_mm=36)
    sheet.heading("8. Examen, recours, plaintes, données personnelles")
    names = _list([f"{c['label']} ({c['weight']})" for c in f["criteria"]])
    sheet.para(
        f"Les dossiers recevables et éligibles sont notés sur 100 d'après la grille annexée : {names}. Note minimale : "
        f"{f['score_floor']}/100. Le comité de sélection propose ; l'ordonnateur décide."
    )
    sheet.para(
        f"Recours : dans les {f['appeal_days']} jours qui suivent la réception de la lettre, adressé à : "
        f"{f['appeal_to'].rstrip('. ')}. Plaintes : {f['complaints'].rstrip('. ')}. Signaler un fait de corruption : "
        f"{f['corruption'].rstrip('. ')}."
    )
    sheet.para(
        "Données personnelles : les renseignements du dossier ne servent qu'à l'examen, au versement et au contrôle de la "
        "subvention ; chacun peut demander à les consulter et à les faire corriger auprès de : "
        f"{f['data_contact'].rstrip('. ')}.",
        small=True,
    )
    sheet.para("L'Autorité se réserve le droit de ne pas donner suite au présent appel.", role="bold")


def _grid(paper: Paper, f: Mapping[str, Any]) -> None:
    paper.page_break()
    paper.heading("Annexe — Grille de notation")
    paper.para(
        f"Chaque critère est noté de 0 à 5 ; la note pondérée est : note × poids / 5, et le total est sur 100. Note minimale du "
        f"total : {f['score_floor']}/100. Nombre d'évaluateurs par dossier : {f['assessors']} ; au-delà de {f['spread_limit']} points "
        "d'écart, un évaluateur de plus est désigné."
    )
    ties = [t[:1].lower() + t[1:] for t in f["ties"]]
    paper.para(f"À égalité de note : {_list([*ties, 'ordre de dépôt'], 'puis')}.")
    paper.table(
        (
            Column("Critère", weight=4),
            Column("Poids", 16, kind="number"),
            Column("Note pondérée minimale", 26, kind="number"),
        ),
        [(c["label"], c["weight"], str(c["floor"]) if c["floor"] else "—") for c in f["criteria"]],
        total=("Total", sum(c["weight"] for c in f["criteria"]), str(f["score_floor"])),
    )
    for c in f["criteria"]:
        least = f", minimum {c['floor']}" if c["floor"] else ""
        parts: list[Block] = [
            Text(f"{c['label']} — {c['weight']} points{least}", "bold", 9.5, "left", before=0)
        ]
        if c["guidance"]:
            parts.append(Text(c["guidance"], "body", 9, "left", before=2))
        rows = [(str(n), level) for n, level in enumerate(c["levels"])]
        table = grid(
            (Column("Note", 14, align="center"), Column("Ce que la note veut dire")), rows, numbered=False
        )
        table.before = 3
        # A criterion and its six levels are read together: never cut by the foot of a page.
        paper.add(Together([*parts, table], before=9))


SIZES = (10.5, 10.2, 9.9, 9.6, 9.3, 9.0, 8.7, 8.4)


def _body(f: Mapping[str, Any], size: float) -> Paper:
    on = date.fromisoformat(f["on"])
    draft = bool(f.get("draft"))
    code = qr_text(
        f["reference"],
        on,
        fingerprint=f["fingerprint"],
        amount_minor=f["envelope_minor"],
        currency=f["currency"],
    )
    paper = Paper(
        "Avis d'appel à propositions",
        f["reference"],
        letterhead(f),
        reference_lines=(("Appel", f["code"]), ("Exercice", str(f["exercice"]))),
        on=on,
        margins=TIGHT,
        draft=draft,
        fingerprint=f["fingerprint"] or None,
        qr=None if draft else code,
    )
    sheet = _Sheet(paper, size)
    paper.add(Text(f["title"], "bold", size + 1.5, "center", before=6))
    sheet.para(f["summary"])
    _money(sheet, f)
    _objectives(sheet, f)
    _where_and_who(sheet, f)
    _filing(sheet, f)
    _after(sheet, f)
    paper.signatures([Signatory(f["signatory"]["function"], f["signatory"]["name"], f["signatory"]["act"])])
    return paper


def notice_pdf(facts: Mapping[str, Any]) -> bytes:
    """The notice as a PDF, from its facts alone: two pages and the grid, in the largest letters that hold."""
    for size in SIZES:
        paper = _body(facts, size)
        if len(paper.pages()[0]) <= 2:
            break
    _grid(paper, facts)
    return paper.render()


def correction_pdf(facts: Mapping[str, Any]) -> bytes:
    """« Avis rectificatif n° … »."""
    f = facts
    on = date.fromisoformat(f["on"])
    paper = Paper(
        f"Avis rectificatif n° {f['number']}",
        f["reference"],
        letterhead(f),
        reference_lines=(("Appel", f["call"]),),
        on=on,
        one_page=True,
        fingerprint=f["fingerprint"],
        qr=qr_text(f["reference"], on, fingerprint=f["fingerprint"]),
    )
    paper.para(f"Appel à propositions {f['call']} : {f['title']}", bold=True, align="left")
    paper.para(f"Le calendrier de l'appel est modifié pour le motif suivant : {f['reason']}")
    paper.table(
        (Column("Étape"), Column("Ancienne date"), Column("Nouvelle date")),
        [tuple(row) for row in f["rows"]],
    )
    paper.boxed(f"Nouvelle date limite de dépôt : {f['deadline']}.")
    paper.para(
        "Toutes les autres dispositions de l'avis, dont la grille, le formulaire et les pièces demandées, restent sans "
        "changement. Les dossiers déjà déposés restent valables et peuvent être complétés ou retirés jusqu'à la nouvelle date."
    )
    paper.para(f"Renseignements : {f['contact']}.")
    paper.signatures([Signatory(f["signatory"]["function"], f["signatory"]["name"], f["signatory"]["act"])])
    return paper.render()
