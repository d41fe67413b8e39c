"""The closed catalogue of what a template may name: each placeholder with its meaning and its format, the conditions of its sentences, its tables.

Names are French: they stand in French texts that lawyers of the institution read and write (I2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portfolio.kit.i18n import N_
from portfolio.kit.money import amount
from portfolio.kit.words import amount_in_words, date_long, number_in_words

_UNITS = {
    "hours": ("heure", "heures", True),
    "days": ("jour", "jours", False),
    "years": ("an", "ans", False),
    "offers": ("offre", "offres", True),
    "originals": ("original", "originaux", False),
}


def _unit(count: int, unit: str) -> str:
    one, many, _feminine = _UNITS[unit]
    return many if count > 1 else one


def _counted(value: tuple[int, str]) -> str:
    count, unit = value
    return f"{number_in_words(count, feminine=_UNITS[unit][2])} {_unit(count, unit)}"


def _figures(value: tuple[int, str]) -> str:
    return f"{value[0]} {_unit(*value)}"


@dataclass(frozen=True)
class Format:
    """How a value is written: in words for people, the type that it must have, and the writing itself."""

    label: str
    kind: type
    write: Callable[[Any], str]


FORMATS: dict[str, Format] = {
    "text": Format(N_("text as recorded"), str, str),
    "amount": Format(N_("amount in figures"), int, amount),
    "amount_words": Format(N_("amount in words"), int, amount_in_words),
    "date": Format(N_("date with the month in letters"), date, date_long),
    "count": Format(N_("number and unit in words, from the dated rules"), tuple, _counted),
    "figures": Format(N_("number in figures and unit, from the dated rules"), tuple, _figures),
    "percent": Format(N_("share in figures, from the dated rules"), int, lambda value: f"{value} %"),
}


@dataclass(frozen=True)
class Placeholder:
    """A name of the catalogue. `given` is the condition under which it has a value: its sentence must state it."""

    meaning: str
    format: str
    given: str = ""


CATALOGUE: dict[str, dict[str, Placeholder]] = {
    "convention": {
        "beneficiaire": Placeholder(N_("name of the group"), "text"),
        "micro_projet": Placeholder(N_("title of the micro-project"), "text"),
        "lieu": Placeholder(N_("place, from the country down"), "text"),
        "appel": Placeholder(N_("code of the call"), "text"),
        "dossier": Placeholder(N_("number of the application"), "text"),
        "debut": Placeholder(N_("first day of the activities"), "date"),
        "fin": Placeholder(N_("last day of the activities"), "date"),
        "montant": Placeholder(N_("grant"), "amount"),
        "montant_lettres": Placeholder(N_("grant"), "amount_words"),
        "cout_total": Placeholder(N_("grant and own contributions"), "amount"),
        "apport_numeraire": Placeholder(N_("own contribution in cash"), "amount"),
        "apport_nature": Placeholder(N_("own contribution in kind"), "amount"),
        "imputation": Placeholder(N_("budget line, code and label"), "text"),
        "fonds": Placeholder(N_("fund, code and name"), "text"),
        "bailleur": Placeholder(N_("name of the donor"), "text"),
        "exercice": Placeholder(N_("budget year"), "text"),
        "engagement": Placeholder(N_("number of the commitment"), "text"),
        "compte_nature": Placeholder(N_("kind of account"), "text", "compte"),
        "compte_etablissement": Placeholder(N_("bank or operator of the account"), "text", "compte"),
        "compte_titulaire": Placeholder(N_("holder of the account"), "text", "compte"),
        "compte_numero": Placeholder(N_("last figures of the account"), "text", "compte"),
        "signataires_compte": Placeholder(N_("the two who sign on the account"), "text", "signataires"),
        "depenses_refusees": Placeholder(N_("expenses that the call refuses"), "text", "refus"),
        "plaintes": Placeholder(N_("where complaints are brought"), "text", "plaintes"),
        "corruption": Placeholder(N_("where corruption is reported"), "text", "corruption"),
        "contact_donnees": Placeholder(N_("who answers for personal data"), "text", "contact"),
        "delai_compte": Placeholder(N_("hours before a changed account is paid"), "count"),
        "offres_minimum": Placeholder(N_("offers that a group compares"), "count"),
        "delai_rapport_final": Placeholder(N_("days for the final report"), "count"),
        "delai_mise_en_demeure": Placeholder(N_("days of a formal notice"), "count"),
        "delai_amiable": Placeholder(N_("days to settle a dispute amicably"), "count"),
        "conservation": Placeholder(N_("years during which papers are kept"), "figures"),
        "inalienabilite": Placeholder(N_("years during which equipment is not given up"), "count"),
        "virement": Placeholder(N_("share of a line that moves without an amendment"), "percent"),
        "originaux": Placeholder(N_("originals of the agreement"), "count"),
    },
    "avenant": {
        "beneficiaire": Placeholder(N_("name of the group"), "text"),
        "convention": Placeholder(N_("number of the agreement"), "text"),
        "montant": Placeholder(N_("grant"), "amount"),
        "montant_lettres": Placeholder(N_("grant"), "amount_words"),
        "motif": Placeholder(N_("reason of the amendment"), "text"),
        "acte": Placeholder(N_("opinion or act it rests on"), "text", "acte"),
        "article_vise": Placeholder(N_("article that an amendment of another type changes"), "text", "article"),
        "originaux": Placeholder(N_("originals of the amendment"), "count"),
    },
}
"""Every placeholder by kind of template; a template that names another one is refused."""

FLAGS: dict[str, tuple[str, ...]] = {
    "convention": ("compte", "signataires", "refus", "plaintes", "corruption", "contact"),
    "avenant": ("acte", "article"),
}
"""Conditions that say whether a value is known."""

LISTS: dict[str, tuple[str, ...]] = {
    "convention": ("pays", "bailleur", "fonds", "appel", "modalité"),
    "avenant": ("type", "pays", "bailleur", "fonds", "appel"),
}
"""Conditions that compare a code of the record with those listed."""

TABLES: dict[str, tuple[str, ...]] = {"convention": ("financement", "échéancier"), "avenant": ("modification",)}
"""Tables that a template must place, each once."""

ACCOUNTS = {
    "bank": "compte bancaire",
    "sfd": "compte auprès d'un système financier décentralisé",
    "mobile": "portefeuille électronique",
    "cash": "remise en espèces",
}
OFFICES = {
    ("president", "F"): "présidente",
    ("president", "M"): "président",
    ("president", ""): "président(e)",
    ("treasurer", "F"): "trésorière",
    ("treasurer", "M"): "trésorier",
    ("treasurer", ""): "trésorier(ère)",
    ("secretary", "F"): "secrétaire",
    ("secretary", "M"): "secrétaire",
    ("secretary", ""): "secrétaire",
}
