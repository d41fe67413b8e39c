"""Words of the papers: every case of documents.md 3.5, and what follows from them."""

from datetime import UTC, date, datetime

import pytest

from portfolio.kit.pdf.figures import amount, figures, percent
from portfolio.kit.words import (
    amount_in_words,
    date_in_words,
    date_long,
    deadline_words,
    hour_in_words,
    hour_short,
    number_in_words,
)

AMOUNTS = {
    0: "zéro franc CFA",
    1: "un franc CFA",
    21: "vingt et un francs CFA",
    71: "soixante et onze francs CFA",
    80: "quatre-vingts francs CFA",
    81: "quatre-vingt-un francs CFA",
    91: "quatre-vingt-onze francs CFA",
    99: "quatre-vingt-dix-neuf francs CFA",
    100: "cent francs CFA",
    200: "deux cents francs CFA",
    201: "deux cent un francs CFA",
    280: "deux cent quatre-vingts francs CFA",
    1_000: "mille francs CFA",
    1_100: "mille cent francs CFA",
    80_000: "quatre-vingt mille francs CFA",
    200_000: "deux cent mille francs CFA",
    280_380: "deux cent quatre-vingt mille trois cent quatre-vingts francs CFA",
    71_080: "soixante et onze mille quatre-vingts francs CFA",
    1_000_000: "un million de francs CFA",
    80_000_000: "quatre-vingts millions de francs CFA",
    200_000_000: "deux cents millions de francs CFA",
    1_000_000_000: "un milliard de francs CFA",
    1_000_001: "un million un francs CFA",
    2_500_000: "deux millions cinq cent mille francs CFA",
    2_655_200: "deux millions six cent cinquante-cinq mille deux cents francs CFA",
    1_001_000_000: "un milliard un million de francs CFA",
    3_000_000_000_000: "trois billions de francs CFA",
}


@pytest.mark.parametrize(("minor", "words"), AMOUNTS.items())
def test_amounts_in_words(minor: int, words: str) -> None:
    assert amount_in_words(minor) == words


def test_other_currencies_have_hundredths_and_elision() -> None:
    assert amount_in_words(100, "EUR") == "un euro"
    assert amount_in_words(250, "EUR") == "deux euros et cinquante centimes"
    assert amount_in_words(1, "EUR") == "un centime"
    assert amount_in_words(100_000_000, "EUR") == "un million d'euros"
    assert amount_in_words(-200) == "moins deux cents francs CFA"
    with pytest.raises(ValueError, match="ZZZ"):
        amount_in_words(1, "ZZZ")


def _read(words: str) -> int:
    """An independent reader of French numbers: word by word, no table of cases."""
    values = {
        "zéro": 0, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
        "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14,
        "quinze": 15, "seize": 16,
        "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    }  # fmt: skip
    whole = group = 0
    text = words.replace("quatre-vingts", "huitante").replace("quatre-vingt", "huitante")
    for word in text.replace("-", " ").split():
        word = word.rstrip("s") if word.rstrip("s") in {"cent", "million", "milliard", "billion"} else word
        if word == "et":
            continue
        if word == "cent":
            group = max(group, 1) * 100
        elif word in {"mille", "million", "milliard", "billion"}:
            size = {"mille": 10**3, "million": 10**6, "milliard": 10**9, "billion": 10**12}[word]
            whole, group = whole + max(group, 1) * size, 0
        else:
            group += 80 if word == "huitante" else values[word]
    return whole + group


def test_a_million_numbers_read_back() -> None:
    for n in [*range(10_000), *range(10_000, 10**13, 7_654_321_987), *range(10**6 - 50, 10**6 + 50)]:
        assert _read(number_in_words(n)) == n


def test_no_two_numbers_share_their_words() -> None:
    assert len({number_in_words(n) for n in range(20_000)}) == 20_000


def test_dates() -> None:
    assert date_long(date(2026, 3, 12)) == "12 mars 2026"
    assert date_long(date(2026, 3, 1)) == "1er mars 2026"
    assert (
        date_in_words(datetime(2026, 3, 1, 10, 15))
        == "L'an deux mille vingt-six et le premier mars, à dix heures quinze minutes"
    )
    assert date_in_words(date(2026, 11, 22)) == "L'an deux mille vingt-six et le vingt-deux novembre"
    assert date_in_words(datetime(2026, 8, 21, 21, 1)).endswith("août, à vingt et une heures une minute")
    assert hour_in_words(datetime(2026, 8, 21, 1, 0)) == "une heure"
    assert hour_in_words(datetime(2026, 8, 21, 0, 21)) == "zéro heure vingt et une minutes"


ZONES = (
    ("Bamako", "Africa/Bamako"),
    ("Ouagadougou", "Africa/Ouagadougou"),
    ("Niamey", "Africa/Niamey"),
    ("N'Djamena", "Africa/Ndjamena"),
)


def test_deadlines_say_the_zone() -> None:
    at = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)
    plain = deadline_words(at, ZONES[:3]).replace("\u00a0", " ")
    assert plain == "16 h 00 TU (17 h 00 à Niamey)"
    assert deadline_words(at, ZONES[:2]) == hour_short(at) + " TU"
    both = deadline_words(at.replace(tzinfo=None, hour=23, minute=30), ZONES).replace("\u00a0", " ")
    assert both == "23 h 30 TU (0 h 30 le 13 mars à Niamey, à N'Djamena)".replace(", à N", " et à N")


def test_figures() -> None:
    assert figures(2_655_200) == "2\u202f655\u202f200"
    assert figures(0) == "0"
    assert figures(-1_000) == "\u22121\u202f000"
    assert amount(2_655_200) == "2\u202f655\u202f200\u00a0F\u202fCFA"
    assert amount(1_250, "EUR") == "12,50\u00a0€"
    assert percent(1, 8) == "12,5\u00a0%"
    assert percent(1, 0) == "—"
