"""French articles before names that come from the records."""

import pytest

from portfolio.kit.grammar import at, counted, feminine, of, the


@pytest.mark.parametrize(
    ("name", "with_the", "with_of", "with_at"),
    [
        ("Décision n° 004/SE", "la décision n° 004/SE", "de la décision n° 004/SE", "à la décision n° 004/SE"),
        ("Arrêté n° 12", "l'arrêté n° 12", "de l'arrêté n° 12", "à l'arrêté n° 12"),
        ("Siège de l'Autorité", "le siège de l'Autorité", "du siège de l'Autorité", "au siège de l'Autorité"),
        ("Union Tammaha", "l'Union Tammaha", "de l'Union Tammaha", "à l'Union Tammaha"),
        ("Groupement Songtaaba", "le Groupement Songtaaba", "du Groupement Songtaaba", "au Groupement Songtaaba"),
        ("Ateliers réunis", "les Ateliers réunis", "des Ateliers réunis", "aux Ateliers réunis"),
        ("Le Secrétaire exécutif", "le Secrétaire exécutif", "du Secrétaire exécutif", "au Secrétaire exécutif"),
        ("l'Autorité", "l'Autorité", "de l'Autorité", "à l'Autorité"),
        ("Adamou Soumana", "Adamou Soumana", "d'Adamou Soumana", "à Adamou Soumana"),
        ("Yempabou Lompo", "Yempabou Lompo", "de Yempabou Lompo", "à Yempabou Lompo"),
        ("Hangar communal", "le hangar communal", "du hangar communal", "au hangar communal"),
        ("Gao", "Gao", "de Gao", "à Gao"),
    ],
)  # fmt: skip
def test_a_name_takes_the_article_of_its_first_word(
    name: str, with_the: str, with_of: str, with_at: str
) -> None:
    assert (the(name), of(name), at(name)) == (with_the, with_of, with_at)


def test_a_place_keeps_the_preposition_it_was_written_with() -> None:
    assert at("Sur le site du micro-projet") == "sur le site du micro-projet"


def test_agreement_and_count() -> None:
    assert (
        feminine("Commission des marchés")
        and feminine("Association X")
        and not feminine("Comité de sélection")
    )
    assert (counted(1, "pièce", "pièces"), counted(4, "pièce", "pièces")) == ("1 pièce", "4 pièces")
