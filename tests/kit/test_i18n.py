"""French typography and agreement with the numbers of a sentence, whatever was typed in a catalogue."""

from __future__ import annotations

import re

import pytest

from portfolio.kit.i18n import Numbered, catalogue, speaking, typeset

ENDING = re.compile(r"\[[^\[\]]*:(\w+)\]")


@pytest.mark.parametrize(("typed", "set_"), [
    ("l'avis : « oui » ?", "l’avis\u00a0: «\u00a0oui\u00a0»\u00a0?"),
    ("10 % de %(total)s, %(n)d %% au plus", "10\u00a0% de %(total)s, %(n)d\u00a0%% au plus"),
    ("en F CFA ; merci !", "en F\u00a0CFA\u00a0; merci\u00a0!"),
    ("de %(day)s à %(end)s", "de %(day)s à %(end)s"),
])
def test_no_line_ends_before_a_sign_of_the_word_before_it(typed: str, set_: str) -> None:
    assert typeset(typed) == set_


def test_no_french_word_is_shown_that_a_line_may_tear() -> None:
    torn = re.compile(r"(?<=\S) (?=[:;?!»])|« ")
    assert [words for forms in catalogue("fr").words.values() for words in forms if torn.search(words)] == []


@pytest.mark.parametrize(("language", "n", "said"), [
    ("fr", 0, "0 dossier évalué est là"), ("fr", 1, "1 dossier évalué est là"), ("fr", -1, "-1 dossier évalué est là"),
    ("fr", 2, "2 dossiers évalués sont là"), ("en", 0, "0 dossiers évalués sont là"), ("en", 1, "1 dossier évalué est là"),
])
def test_endings_follow_the_number(language: str, n: int, said: str) -> None:
    with speaking(language):
        assert Numbered("%(n)d dossier[s:n] évalué[s:n] [est|sont:n] là") % {"n": n} == said


def test_every_ending_names_a_number_of_its_sentence() -> None:
    """An ending whose number is not given would be shown as it was typed, or fail the page."""
    bad = [words for forms in catalogue("fr").words.values() for words in forms
           for name in ENDING.findall(words) if f"%({name})d" not in words or not isinstance(words, Numbered)]
    assert bad == []
