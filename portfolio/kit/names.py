"""How near two names are, of people or of shops, however they are spelt and in whatever order: Maïga Aïssata, Aichata Mayga (M14, M09)."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import permutations

from portfolio.kit.text import fold, sound


def key_of(name: str) -> str:
    """The sounds of a name in alphabetical order."""
    return " ".join(sorted(sound(name).split()))[:300]


def heard_as(name: str) -> set[str]:
    """The sounds of a name in every order in which a person may be asked to say it: given name first or family name first."""
    words = sound(name).split()
    if len(words) > 3:
        return {" ".join(words), " ".join([*words[1:], words[0]]), " ".join([words[-1], *words[:-1]])}
    return {" ".join(each) for each in permutations(words)}


def _token(one: str, other: str) -> int:
    """How near two words of a name are, in percent."""
    if one == other:
        return 100
    a, b = sound(one), sound(other)
    if a == b and len(a) >= 2:
        return 100
    if min(len(a), len(b)) >= 2 and (a.startswith(b) or b.startswith(a)) and one[:1] == other[:1]:
        return 88  # Fatou for Fatoumata, Kadidja for Kadidiatou
    return int(
        100 * max(SequenceMatcher(None, one, other).ratio(), SequenceMatcher(None, a, b).ratio() * 9 // 10)
    )


def name_percent(one: str, other: str) -> int:
    """How near two names are, whatever the order of their words and whichever comes first."""
    return max(_name_percent(one, other), _name_percent(other, one))


def _name_percent(one: str, other: str) -> int:
    """Each word of the shorter finds its nearest in the longer."""
    short, long = sorted((fold(one).split(), fold(other).split()), key=len)
    if not short:
        return 0
    left = list(long)
    total = 0
    for word in short:
        best = max(left, key=lambda w: _token(word, w), default=None)
        if best is None:
            break
        total += _token(word, best)
        left.remove(best)
    percent = total // len(short)
    return percent - 6 * len(left) if len(short) > 1 else min(percent, 60)


def same_place(one: str, other: str) -> bool:
    """Whether two names of villages are one, by their sound or but for a letter: Ouatagouna and Watagouna, Monzonga and Mondzonga; Bentia 1 and
    Bentia 2 are two."""
    a, b = fold(one), fold(other)
    if not a or not b or re.findall(r"\d+", a) != re.findall(r"\d+", b):
        return False
    return key_of(a) == key_of(b) or (
        min(len(a), len(b)) >= 5 and SequenceMatcher(None, a, b).ratio() >= 0.87
    )


_TRADES = frozenset(
    "ets etablissement etablissements ste societe sarl sa entreprise commerce commercant boutique quincaillerie magasin comptoir general "
    "generale et fils freres cie compagnie de du des d la le les l".split()
)
"""Words that every other shop bears: they say nothing about which one it is."""


def shop_sound(name: str) -> str:
    """The sound of a shop's own name, without the words that all bear: Ets Maïga & Frères, Établissements Mayga."""
    words = fold(name).split()
    return sound(" ".join(w for w in words if w not in _TRADES) or " ".join(words)).replace(" ", "")[:300]
