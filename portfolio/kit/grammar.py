"""French articles before names that come from the records: « de l'Association … », « au siège … », « la décision n° … ».

Papers are sentences, and the records hold bare names. The first word of the name decides; a word that is not known here is left without
an article, which is how a person or a town is written.
"""

from __future__ import annotations

import re

_ARTICLES = {
    "la": (
        "autorité agence boutique brigade caisse cellule commission commune coopérative cour coordination décision délibération direction "
        "délégation école fédération fondation fiche garderie gare lettre mairie maison mutuelle note place préfecture radio résolution salle "
        "société station sous-préfecture scoops coop-ca unité union association ordonnance ong"
    ),
    "le": (
        "acte arrêté atelier bureau centre cercle chantier collectif comité conseil contrat courrier décret domicile dépôt foyer forage "
        "gouvernorat groupement groupe hall hangar hôtel jardin lieu lycée magasin marché mémorandum ordre organe périmètre point poste "
        "procès-verbal projet quartier règlement réseau secrétariat service siège site statut terrain village"
    ),
    "les": "ateliers bureaux établissements ets services statuts transports",
}
_ARTICLE = {word: article for article, words in _ARTICLES.items() for word in words.split()}
_FEMININE = frozenset(
    "autorité agence école unité union association ordonnance ong".split()
    + [w for w, a in _ARTICLE.items() if a == "la"]
)
_ACTS = frozenset(
    "acte arrêté contrat décision décret délibération lettre mémorandum note ordonnance ordre procès-verbal règlement résolution".split()
)
_PLACES = frozenset(
    "bureau centre chantier cour domicile hangar hall lieu magasin mairie maison marché salle siège site terrain village".split()
)
_PREPOSITIONS = frozenset("à au aux chez dans devant en sous sur".split())
_VOWELS = "aàâeéèêëiîïoôuùûœ"  # « de Yempabou », « de Hassane »; the mute h of these names is rare


def _first(text: str) -> str:
    found = re.match(r"[\w-]+", text)
    return found.group().lower() if found else ""


def _elides(text: str) -> bool:
    return text[:1].lower() in _VOWELS or text[:2].lower() in ("hô", "hy")


def _plain(text: str) -> str:
    """The name as it stands in a sentence: common nouns of acts and places lose their capital."""
    return text[:1].lower() + text[1:] if _first(text) in _ACTS | _PLACES else text


def _parted(text: str) -> tuple[str, str]:
    """(article without elision, name): « Le Secrétaire » has its own article, a person or a town has none."""
    text = text.strip()
    for said, article in (("le ", "le"), ("la ", "la"), ("les ", "les"), ("l'", "l'"), ("l’", "l'")):
        if text[: len(said)].lower() == said:
            return article, text[len(said) :]
    article = _ARTICLE.get(_first(text), "")
    if not article:
        return "", text
    shown = _plain(text)
    return ("l'" if article != "les" and _elides(shown) else article), shown


def _joined(article: str, name: str) -> str:
    return name if not article else f"{article}{name}" if article == "l'" else f"{article} {name}"


def the(text: str) -> str:
    """« la décision n° 004/SE », « l'arrêté n° 12 », « le Groupement Songtaaba », « Adama Cissé »."""
    return _joined(*_parted(text))


def feminine(text: str) -> bool:
    """Whether the name calls for a feminine agreement: « la Commission …, créée »."""
    return _first(text.strip()) in _FEMININE


def of(text: str) -> str:
    """« de l'Union … », « du Groupement … », « d'Adama », « de Salimata »."""
    article, name = _parted(text)
    if article in ("le", "les"):
        return f"{'du' if article == 'le' else 'des'} {name}"
    if not article and _elides(name):
        return f"d'{name}"
    return f"de {_joined(article, name)}"


def at(text: str) -> str:
    """« au siège de l'Autorité », « à l'Autorité », « à Gao »; « sur le site » keeps its own preposition."""
    text = text.strip()
    if _first(text) in _PREPOSITIONS:
        return text[:1].lower() + text[1:]
    article, name = _parted(text)
    if article in ("le", "les"):
        return f"{'au' if article == 'le' else 'aux'} {name}"
    return f"à {_joined(article, name)}"


def counted(n: int, one: str, many: str) -> str:
    """« 0 dossier », « 1 dossier », « 3 dossiers »."""
    return f"{n} {one if n < 2 else many}"


def hours(text: str) -> str:
    """An hour typed « 8 h 00 » is not parted at the end of a line."""
    return re.sub(r"(\d) h (\d)", "\\1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}\\2", text)
