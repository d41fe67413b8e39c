"""The poster: one page, large letters, what a group must know to decide to come (documents.md 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portfolio.calls.pdf.notice import francs, letterhead, who_lines
from portfolio.kit.grammar import hours
from portfolio.kit.pdf import Margins, Paper, qr_text
from portfolio.kit.pdf.blocks import Framed, Text

LARGE = 14.5


def poster_pdf(facts: Mapping[str, Any]) -> bytes:
    """The poster as a PDF, from the same facts as the notice."""
    f = facts
    on = date.fromisoformat(f["on"])
    paper = Paper(
        "Appel à propositions",
        f["reference"],
        letterhead(f),
        on=on,
        margins=Margins(left=20, right=20, top=16, bottom=16),
        one_page=True,
        fingerprint=f["fingerprint"],
        qr=qr_text(f["reference"], on, fingerprint=f["fingerprint"]),
    )

    def say(title: str, text: str) -> None:
        paper.add(Text(title, "bold", LARGE, "left", before=11, keep=True))
        paper.add(Text(text, "body", LARGE - 1.5, "left", before=2))

    paper.add(Text(f["title"], "title", 22, "center", before=12))
    currency = f["currency"]
    box = Framed(f"À déposer avant le {f['deadline']}", role="bold", align="center")
    box.inner.size = 16
    paper.add(box)
    say("Qui peut déposer ?", " ".join(who_lines(f)))
    say("Où ?", "\n".join(f"{p['country']} : {p['text']}." for p in f["places"]))
    say(
        "Combien ?",
        f"De {francs(f['floor_minor'], currency)} à {francs(f['ceiling_minor'], currency)} par micro-projet ; apport du demandeur : "
        f"{f['own_percent']} % au moins ; {f['max_months']} mois au plus. Enveloppe : {francs(f['envelope_minor'], currency)}.",
    )
    if f["shares"]:
        say(
            "Parts réservées",
            "Au moins "
            + " ; au moins ".join(f"{s['percent']} % pour les {s['label']}" for s in f["shares"])
            + ".",
        )
    say(
        "Comment déposer ?",
        f"{f['filing_place'].rstrip('. ')}. Horaires : {hours(f['filing_hours'].rstrip('. '))}.",
    )
    paper.add(
        Text(
            "Le dossier de candidature est gratuit. Personne n'a le droit de demander de l'argent pour l'obtenir, le remplir ou le déposer.",
            "bold",
            LARGE,
            "left",
            before=12,
        )
    )
    say("Une question ?", f"{f['contact'].rstrip('. ')}, jusqu'au {f['questions_until']}.")
    say("Signaler un fait de corruption", f"{f['corruption'].rstrip('. ')}.")
    return paper.render()
