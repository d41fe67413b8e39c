"""Sample content of the component sheet (`/styleguide`): every component in every state, as pure data.

The content looks like a real file so that widths, wrapping and tones are judged on real words. Nothing here
is read by another room, and nothing comes from the database. Words are French: they stand for recorded data.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from portfolio.kit import charts
from portfolio.places import reference

_KEY = "0f0e0d0c-0b0a-4908-8706-050403020100"


def _refusals() -> list[dict[str, str]]:
    return [
        {
            "message": "Il manque 1 250 000 F CFA de justification sur la première tranche.",
            "way_out": "Faites accepter le rapport de dépenses n° 2, ou demandez une dérogation motivée.",
            "who": "Salif Ouédraogo, chargé de suivi",
        },
        {
            "message": "Vous avez liquidé cette tranche : une autre personne doit l’ordonnancer.",
            "way_out": "Transmettez le dossier à un ordonnateur délégué.",
            "who": "Aïssata Maïga, ordonnatrice déléguée",
        },
    ]


def _moves() -> list[dict[str, Any]]:
    plain: dict[str, Any] = {"allowed": True, "needs_reason": False, "needs_page": False, "blocked": []}
    return [
        {**plain, "label": "Transmettre au comité", "url": "/styleguide", "kind": "primary"},
        {
            **plain,
            "label": "Demander un complément",
            "url": "/styleguide",
            "kind": "secondary",
            "needs_page": True,
        },
        {**plain, "label": "Ajourner", "url": "/styleguide", "kind": "danger", "needs_reason": True},
        {**plain, "label": "Ordonnancer", "url": "/styleguide", "kind": "secondary", "blocked": _refusals()},
        {
            **plain,
            "label": "Sans droit, donc absent",
            "url": "/styleguide",
            "kind": "secondary",
            "allowed": False,
        },
    ]


def _steps() -> list[dict[str, str]]:
    said = [
        ("Déposée", "past", "14 septembre 2026, 09 h 20"),
        ("Recevable", "past", "21 septembre 2026, 16 h 40"),
        ("Visite préalable", "skipped", "Sans objet pour cet appel"),
        ("En évaluation", "current", "Depuis le 2 octobre 2026"),
        ("Comité", "future", ""),
        ("Convention", "future", ""),
        ("Exécution", "future", ""),
        ("Clôture", "future", ""),
    ]
    return [{"label": label, "state": state, "title": title} for label, state, title in said]


def _events() -> list[dict[str, Any]]:
    return [
        {
            "who": "Évaluateur 2",
            "when": datetime(2026, 11, 22, 10, 12, tzinfo=UTC),
            "text": "a verrouillé sa fiche de notation",
            "changes": [],
            "reason": None,
        },
        {
            "who": "Salif Ouédraogo",
            "when": datetime(2026, 11, 21, 16, 40, tzinfo=UTC),
            "text": "a révisé le montant proposé",
            "changes": [
                ("Montant proposé", "12 500 000 F CFA", "11 925 000 F CFA"),
                ("Statut", "Recevable", "En évaluation"),
                ("Chargé de suivi", None, "Salif Ouédraogo"),
            ],
            "reason": "Frais de gestion au-dessus du plafond de 7 % fixé par l’appel.",
        },
        {
            "who": "Hadiza Moussa",
            "when": datetime(2026, 9, 12, 8, 14, tzinfo=UTC),
            "text": "a joint « Procès-verbal d’assemblée générale »",
            "changes": [],
            "reason": None,
        },
    ]


def _lines() -> list[dict[str, Any]]:
    return [
        {"id": 1, "label": "Foration 80 m", "kind": "Travaux", "asked": 6_800_000, "given": 6_500_000,
         "state": "Conforme", "tone": "good"},
        {"id": 2, "label": "Pompe solaire 1,5 kW", "kind": "Équipement", "asked": 3_900_000, "given": 3_900_000,
         "state": "Conforme", "tone": "good"},
        {"id": 3, "label": "Formation du comité de gestion", "kind": "Renforcement de capacités",
         "asked": 650_000, "given": 650_000, "state": "À vérifier", "tone": "info"},
        {"id": 4, "label": "Frais de gestion", "kind": "Fonctionnement", "asked": 1_150_000, "given": 875_000,
         "state": "Au-dessus du plafond", "tone": "bad"},
    ]  # fmt: skip


def _charts() -> dict[str, charts.Chart]:
    regions = ("Tillabéri", "Dosso", "Gao", "Mopti", "Ménaka", "Sahel", "Est")
    funded = charts.Series("Financés", (12, 7, 15, 22, 4, 18, 9))
    closed = charts.Series("Clos", (8, 5, 9, 20, 1, 12, 7))
    months = tuple("janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split())
    plan = tuple(25_000_000 * n for n in range(1, 13))
    paid = (0, 12_500_000, 41_000_000, 68_000_000, 101_250_000, 120_000_000, 158_000_000, 181_500_000,
            190_000_000, 214_000_000, None, None)  # fmt: skip
    objectives = (
        "Accès à l’eau potable",
        "Cohésion sociale et dialogue communautaire",
        "Moyens d’existence des femmes",
        "Santé de proximité",
    )
    return {
        "bars": charts.bars(
            "Micro-projets financés et clos, par région",
            regions,
            (funded, closed),
            heading="Région",
            summary="Mopti vient en tête avec 22 micro-projets financés, dont 20 clos.",
        ),
        "lying": charts.bars(
            "Subventions par objectif",
            objectives,
            (charts.Series("F CFA", (48_250_000, 31_000_000, 27_400_000, 9_750_000)),),
            heading="Objectif",
        ),
        "stacked": charts.stacked_bars(
            "Engagé, payé et justifié par objectif",
            objectives,
            (
                charts.Series("Justifié", (20_000_000, 12_000_000, 11_400_000, 1_750_000)),
                charts.Series("Payé, à justifier", (14_250_000, 9_000_000, 8_000_000, 4_000_000)),
                charts.Series("Engagé, à payer", (14_000_000, 10_000_000, 8_000_000, 4_000_000)),
            ),
            heading="Objectif",
            total="Total engagé",
        ),
        "line": charts.line(
            "Paiements cumulés et plan de décaissement, 2026",
            months,
            (charts.Series("Plan", plan), charts.Series("Payé", paid)),
            heading="Mois",
            summary="À la fin d’octobre, 214 000 000 F CFA payés sur 250 000 000 prévus.",
        ),
        "progress": charts.progress(
            "Avancement des indicateurs",
            (
                charts.Gauge("Ménages raccordés à l’eau", 1_840, 2_400, 2_000),
                charts.Gauge("Femmes formées", 310, 300, 300),
                charts.Gauge("Comités fonctionnels", 4, 22, None),
            ),
            columns=("Indicateur", "Atteint", "Cible finale", "Cible à ce jour"),
        ),
    }


def _map() -> charts.Chart:
    outlines = reference.regions_map()
    reached = {outline.code: 40 * (1 + (7 * n) % 23) for n, outline in enumerate(outlines) if n % 4}
    return charts.choropleth(
        "Personnes touchées par région",
        outlines,
        reached,
        heading="Région",
        measure="Personnes touchées",
        no_data="Aucun projet",
    )


def samples() -> dict[str, Any]:
    """Everything `styleguide/show.html` shows, under the names the template uses."""
    key: Callable[[], str] = lambda: _KEY  # noqa: E731
    errors = [
        {"field": "amount", "message": "Saisissez un montant en francs CFA, sans décimales"},
        {"field": "starts_on", "message": "Le 31 février n’existe pas : corrigez la date de début"},
    ]
    return {
        "token": "jeton-de-demonstration",
        "key": _KEY,
        "key_maker": key,
        "icons": ("search", "house", "file-text", "banknote", "users", "map", "calendar", "lock", "printer"),
        "steps": _steps(),
        "moves": _moves(),
        "refusals": _refusals(),
        "errors": errors,
        "one_error": errors[:1],
        "events": _events(),
        "lines": _lines(),
        "asked": 12_500_000,
        "given": 11_925_000,
        "starts_on": date(2026, 12, 1),
        "documents": [
            {"name": "Procès-verbal d’assemblée générale.pdf", "url": "#", "kind": "Pièce obligatoire",
             "size": "214 Ko", "when": date(2026, 9, 12), "fingerprint": "9f2c41d07ab3e5d8c1"},
            {"name": "Photo du site.jpg", "url": "#"},
        ],
        "tasks": [
            {"label": "Le groupe et ses responsables", "url": "#", "state": "done"},
            {"label": "Le projet", "url": "#", "state": "doing", "note": "Enregistré à 14 h 32"},
            {"label": "Le budget", "url": "#", "state": "error", "note": "Le total dépasse le plafond"},
            {"label": "Les pièces", "url": "#", "state": "todo"},
            {"label": "Vérifier et déposer", "url": None, "state": "blocked"},
        ],
        "tabs": [
            {"label": "Dossier", "url": "#", "current": True},
            {"label": "Pièces", "url": "#", "current": False, "count": 6},
            {"label": "Historique", "url": "#", "current": False},
        ],
        "columns": [
            {"label": "", "tick": "ids"},
            {"label": "Ligne", "key": "label"},
            {"label": "Catégorie", "key": "kind"},
            {"label": "Demandé", "key": "asked", "numeric": True},
            {"label": "Proposé", "numeric": True},
            {"label": "État"},
        ],
        "verbs": (("assign", "Réaffecter"), ("export", "Exporter")),
        "typed": [("f-typed", "Le groupement demande un délai de quinze jours."), ("f-typed-2", "12 000")],
        "inputs": (
            ("select", "state", "État", "submitted", (("", "Tous"), ("submitted", "Déposé"))),
            ("search", "q", "Texte", "forage", ()),
            ("date", "from", "Du", "", ()),
            ("date", "to", "Au", "", ()),
            ("select", "region", "Région", "", (("", "Toutes"),)),
            ("select", "sector", "Filière", "", (("", "Toutes"),)),
            ("number", "least", "Au moins", "", ()),
        ),
        "filters": [
            {"label": "Mes dossiers", "remove_url": "#"},
            {"label": "Région : Tillabéri", "remove_url": "#"},
        ],
        "page": {"first": 51, "last": 100, "total_text": "312", "previous_url": "#", "next_url": "#"},
        "choices": [
            ("avance", "Avance à justifier", "Le groupe reçoit, puis justifie"),
            ("direct", "Paiement direct au fournisseur"),
            ("nature", "En nature"),
        ],
        "regions": [("NE06", "Tillabéri"), ("NE03", "Dosso"), ("ML07", "Gao")],
        "charts": _charts(),
        "map": _map(),
    }  # fmt: skip
